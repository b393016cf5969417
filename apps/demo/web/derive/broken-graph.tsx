/**
 * Diagram of a backward pass with a mistake: the numbers that each node received and passed on, and the correct ones.
 */
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { useJoin } from '../shared/use-join.js';
import { formatNumber } from '../shared/format-number.js';
import { type GraphEdge, type GraphNode, GraphView } from '../shared/graph-view.js';
import { usePlayground } from '../store.js';
import {
  type PassState,
  type BrokenPass,
  brokenPass,
  differs,
  type NodeState,
  nodeStates,
} from '../shared/broken-pass.js';
import type { Exercise } from './exercise.js';
import styles from './graph.module.css';
import { messages } from './messages.js';
import { chartHeight, narrowNodeWidth, nodeHeight, nodeWidth } from './network-graph.js';
import { Stepper } from './stepper.js';

/** The pass with the selected mistake, and what it has computed so far. */
export interface Broken {
  readonly exercise: Exercise;
  readonly pass: BrokenPass;
  /** Number of steps shown so far. */
  readonly shownSteps: number;
  /** The values after the shown steps. */
  readonly accumulated: PassState;
  /** The state of each node after the shown steps. */
  readonly states: readonly NodeState[];
}

export function useBroken(exercise: Exercise): Broken {
  const { mistake, order, step } = usePlayground(({ derive }) => derive);
  const pass = useMemo(() => brokenPass(exercise, mistake, order), [exercise, mistake, order]);
  const stepCount = pass.steps.length;
  const shownSteps = step === null ? stepCount : Math.min(step, stepCount);
  return useMemo(() => {
    const accumulated = pass.at(shownSteps);
    return {
      exercise,
      pass,
      shownSteps,
      accumulated,
      states: nodeStates(exercise, accumulated, shownSteps === stepCount),
    };
  }, [exercise, pass, shownSteps, stepCount]);
}

export function BrokenGraph({ broken }: { readonly broken: Broken }) {
  const { exercise, pass, shownSteps, accumulated, states } = broken;
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const step = usePlayground(({ derive }) => derive.step);
  const join = useJoin();
  const say = useMessages(messages);
  const { graph } = exercise.network;
  const correctPass = exercise.trace.pass.cache.samples[0];
  const current = step === null || shownSteps === 0 ? -1 : pass.steps[shownSteps - 1];
  const isOrder = mistake === 'order';
  const showsSlope = mistake === 'without-slope';
  const correctValues = showsSlope ? correctPass.slope : correctPass.dLossDx;

  const nodes = graph.ids.map((id, i): GraphNode => {
    const count = accumulated.counts[i];
    const { waitsFor, wrongDx, wrongDb } = states[i];
    const value = isOrder ? accumulated.dLossDx[i] : count > 0 ? correctValues[i] : NaN;
    const nodeIsWrong = isOrder && (wrongDx || wrongDb);
    const isWaiting = isOrder && !nodeIsWrong && waitsFor.length > 0;
    const isInput = i < graph.inputCount;
    const hasValue = !showsSlope || !isInput;
    const rows = !hasValue ? 1 : isOrder ? 4 : 3;
    const name = showsSlope ? 'slope' : '∂loss/∂x';
    return {
      id,
      width: nodeWidth,
      narrowWidth: narrowNodeWidth,
      height: nodeHeight(isOrder && isInput ? rows - 1 : rows),
      className: [
        styles.node,
        current === i && styles.current,
        nodeIsWrong && styles.wrong,
        isWaiting && styles.waiting,
      ]
        .filter(Boolean)
        .join(' '),
      content: (
        <>
          <div className={styles.head} data-wrong={nodeIsWrong || undefined}>
            <b>{id}</b>
            {isWaiting ? (
              <span title={say.break.waitsFor(join(waitsFor))}>{say.break.waitsFor(join(waitsFor))}</span>
            ) : (
              <span>{name}</span>
            )}
          </div>
          {hasValue && (
            <>
              <div className={styles.cached}>
                <span>{say.break.correct}</span>
                <RoundedNumber value={correctValues[i]} />
              </div>
              <div className={`${styles.cached} ${styles.actual} ${isOrder && wrongDx ? styles.wrong : ''}`}>
                <span>{isOrder ? say.break.received : say.break.computed}</span>
                <RoundedNumber value={value} />
              </div>
            </>
          )}
          {isOrder && !isInput && (
            <div className={`${styles.cached} ${styles.actual} ${wrongDb ? styles.wrong : ''}`}>
              <span>{say.break.passedOn}</span>
              <RoundedNumber value={count > 0 ? accumulated.passedOn[i] : NaN} />
            </div>
          )}
          <div className={count > 1 ? `${styles.cached} ${styles.repeated}` : styles.cached}>
            <span>{isOrder ? say.break.times.order : say.states.computed}</span>
            <span>× {count}</span>
          </div>
        </>
      ),
    };
  });
  const edges: GraphEdge[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const isSending = isOrder && current === i;
      edges.push({
        from: graph.ids[graph.predecessors[e]],
        to: graph.ids[i],
        ...(isSending && { className: styles.litEdge, width: 3 }),
      });
    }
  }
  return (
    <>
      <GraphView label={say.graph} nodes={nodes} edges={edges} height={chartHeight(graph.nodeCount) - 60} />
      <Stepper step={step} total={pass.steps.length} before={say.break.none} space="lines">
        {shownSteps > 0 && <LastStep broken={broken} />}
      </Stepper>
      {pass.total > BigInt(pass.steps.length) && <p className="quiet">{say.break.firstSteps(pass.steps.length)}</p>}
    </>
  );
}

/** Describes the last step shown. */
function LastStep({ broken: { exercise, pass, shownSteps, accumulated } }: { readonly broken: Broken }) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const { break: say } = useMessages(messages);
  const join = useJoin();
  const { graph } = exercise.network;
  const i = pass.steps[shownSteps - 1];
  const correct = exercise.trace.pass.cache.dLossDx(graph.ids[i]);
  const to = Array.from(graph.predecessors).slice(graph.edgeStart[i], graph.edgeStart[i + 1]);
  // The step has changed dloss/dx of node i's predecessors, not of node i itself, so this is the value that node i sent.
  const sent = accumulated.dLossDx[i];
  return (
    <p>
      {say.stepAt(graph.ids[i], accumulated.counts[i])}{' '}
      {mistake === 'order' && to.length > 0 && (
        <>
          {say.sends(formatNumber(sent), join(to.map((j) => graph.ids[j])))}{' '}
          {differs(sent, correct) && say.incomplete(formatNumber(correct))} {accumulated.counts[i] > 1 && say.again}
        </>
      )}
    </p>
  );
}
