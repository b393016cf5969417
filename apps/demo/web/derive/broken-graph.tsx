/** The network while a mistake is made: in each node what it got so far, beside what would be right. */
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import { Figure } from '../shared/figure.js';
import { written } from '../shared/written.js';
import { type GraphEdge, type GraphNode, GraphView } from '../shared/graph-view.js';
import { usePlayground } from '../store.js';
import { type BrokenPass, brokenPass, differs } from '../shared/broken.js';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';
import { chartHeight, nodeHeight, nodeWidth } from './network-graph.js';
import { Stepper } from './stepper.js';

/** The pass with the mistake that is chosen. */
export function useBrokenPass(exercise: Exercise): BrokenPass {
  const { mistake, order } = usePlayground().derive;
  return useMemo(() => brokenPass(exercise, mistake, order), [exercise, mistake, order]);
}

export function BrokenGraph({ exercise, pass }: { readonly exercise: Exercise; readonly pass: BrokenPass }) {
  const { derive } = usePlayground();
  const say = useMessages(messages);
  const { graph } = exercise.network;
  const right = exercise.film.pass.cache.samples[0];
  const taken = derive.step === null ? pass.steps.length : Math.min(derive.step, pass.steps.length);
  const books = pass.at(taken);
  const current = derive.step === null || taken === 0 ? -1 : pass.steps[taken - 1];
  const isSlope = derive.mistake === 'without-slope';
  const kept = isSlope ? right.slope : right.dLossDx;

  const nodes = graph.ids.map((id, i): GraphNode => {
    const times = books.times[i];
    const found = derive.mistake === 'order' ? books.dLossDx[i] : times > 0 ? kept[i] : NaN;
    const isWrong = !Number.isNaN(found) && differs(found, kept[i]);
    const has = !isSlope || i >= graph.inputCount;
    return {
      id,
      width: nodeWidth,
      height: nodeHeight(has ? 3 : 1),
      className: ['node', current === i && 'current', isWrong && 'wrong'].filter(Boolean).join(' '),
      content: (
        <>
          <div className="node-head">
            <b>{id}</b>
            <span>{isSlope ? 'slope' : '∂loss/∂x'}</span>
          </div>
          {has && (
            <>
              <div className="kept">
                <span>{say.break.right}</span>
                <Figure value={kept[i]} />
              </div>
              <div className={isWrong ? 'kept found wrong' : 'kept found'}>
                <span>{say.break.found}</span>
                <Figure value={found} />
              </div>
            </>
          )}
          <div className={times > 1 ? 'kept times often' : 'kept times'}>
            <span>{derive.mistake === 'order' ? say.break.times.order : say.states.computed}</span>
            <span>× {times}</span>
          </div>
        </>
      ),
    };
  });
  const edges: GraphEdge[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const handsOn = derive.mistake === 'order' && current === i;
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
      <Stepper step={derive.step} all={pass.steps.length}>
        {current >= 0 && <Happening exercise={exercise} pass={pass} taken={taken} />}
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
  const { mistake } = usePlayground().derive;
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
