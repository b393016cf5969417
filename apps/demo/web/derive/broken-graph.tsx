/** The network with a mistake: what each node has received and passed on, and the right values. */
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { Figure } from '../shared/figure.js';
import { written } from '../shared/written.js';
import { type GraphEdge, type GraphNode, GraphView } from '../shared/graph-view.js';
import { usePlayground } from '../store.js';
import { type BrokenPass, brokenPass, differs, nodeStates } from '../shared/broken.js';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';
import { chartHeight, nodeHeight, nodeWidth } from './network-graph.js';
import { Stepper } from './stepper.js';

/** The pass with the selected mistake. */
export function useBrokenPass(exercise: Exercise): BrokenPass {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const order = usePlayground(({ derive }) => derive.order);
  return useMemo(() => brokenPass(exercise, mistake, order), [exercise, mistake, order]);
}

/** Steps of the broken pass that are shown. */
export const stepsTaken = (pass: BrokenPass, step: number | null): number =>
  step === null ? pass.steps.length : Math.min(step, pass.steps.length);

export function BrokenGraph({ exercise, pass }: { readonly exercise: Exercise; readonly pass: BrokenPass }) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const step = usePlayground(({ derive }) => derive.step);
  const say = useMessages(messages);
  const { graph } = exercise.network;
  const right = exercise.film.pass.cache.samples[0];
  const taken = stepsTaken(pass, step);
  const books = pass.at(taken);
  const states = useMemo(() => nodeStates(exercise, pass, taken), [exercise, pass, taken]);
  const current = step === null || taken === 0 ? -1 : pass.steps[taken - 1];
  const isOrder = mistake === 'order';
  const isSlope = mistake === 'without-slope';
  const kept = isSlope ? right.slope : right.dLossDx;

  const nodes = graph.ids.map((id, i): GraphNode => {
    const times = books.times[i];
    const { waitsFor, wrongDx, wrongDb } = states[i];
    const found = isOrder ? books.dLossDx[i] : times > 0 ? kept[i] : NaN;
    const nodeIsWrong = isOrder && (wrongDx || wrongDb);
    const isWaiting = isOrder && !nodeIsWrong && waitsFor.length > 0;
    const isInput = i < graph.inputCount;
    const has = !isSlope || !isInput;
    const rows = !has ? 1 : isOrder ? 4 : 3;
    const name = isSlope ? 'slope' : '∂loss/∂x';
    return {
      id,
      width: nodeWidth,
      height: nodeHeight(isOrder && isInput ? rows - 1 : rows),
      className: ['node', current === i && 'current', nodeIsWrong && 'wrong', isWaiting && 'waiting']
        .filter(Boolean)
        .join(' '),
      content: (
        <>
          <div className="node-head">
            <b>{id}</b>
            {isWaiting ? (
              <span title={say.break.waitsFor(waitsFor.join(', '))}>{say.break.waitsFor(waitsFor.join(', '))}</span>
            ) : (
              <span>{name}</span>
            )}
          </div>
          {has && (
            <>
              <div className="kept">
                <span>{say.break.right}</span>
                <Figure value={kept[i]} />
              </div>
              <div className={isOrder && wrongDx ? 'kept found wrong' : 'kept found'}>
                <span>{isOrder ? say.break.received : say.break.found}</span>
                <Figure value={found} />
              </div>
            </>
          )}
          {isOrder && !isInput && (
            <div className={wrongDb ? 'kept found wrong' : 'kept found'}>
              <span>{say.break.passedOn}</span>
              <Figure value={times > 0 ? books.passedOn[i] : NaN} />
            </div>
          )}
          <div className={times > 1 ? 'kept times often' : 'kept times'}>
            <span>{isOrder ? say.break.times.order : say.states.computed}</span>
            <span>× {times}</span>
          </div>
        </>
      ),
    };
  });
  const edges: GraphEdge[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const handsOn = isOrder && current === i;
      edges.push({
        from: graph.ids[graph.predecessors[e]],
        to: graph.ids[i],
        ...(handsOn && { className: 'edge-lit', width: 3 }),
      });
    }
  }
  return (
    <>
      <GraphView label={say.graph} nodes={nodes} edges={edges} height={chartHeight(graph.nodeCount) - 60} />
      <Stepper step={step} all={pass.steps.length} before={say.break.none} room="lines">
        {taken > 0 && <Happening exercise={exercise} pass={pass} taken={taken} />}
      </Stepper>
      {pass.total > BigInt(pass.steps.length) && <p className="quiet">{say.break.firstSteps(pass.steps.length)}</p>}
    </>
  );
}

interface HappeningProps {
  readonly exercise: Exercise;
  readonly pass: BrokenPass;
  readonly taken: number;
}

/** What the last step did. */
function Happening({ exercise, pass, taken }: HappeningProps) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const { break: say } = useMessages(messages);
  const { graph } = exercise.network;
  const i = pass.steps[taken - 1];
  const before = pass.at(taken - 1);
  const right = exercise.film.pass.cache.dLossDx(graph.ids[i]);
  const to = Array.from(graph.predecessors).slice(graph.edgeStart[i], graph.edgeStart[i + 1]);
  const held = before.dLossDx[i];
  return (
    <p>
      {say.stepAt(graph.ids[i], before.times[i] + 1)}{' '}
      {mistake === 'order' && to.length > 0 && (
        <>
          {say.handsOn(written(held), to.map((j) => graph.ids[j]).join(', '))}{' '}
          {differs(held, right) && say.notWhole(written(right))} {before.times[i] > 0 && say.again}
        </>
      )}
    </p>
  );
}
