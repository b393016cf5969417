/**
 * Memories hold values of earlier steps. They are loaded before a step. After the backward pass of the step, dloss/dx
 * of each memory is added to dloss/dx of the node whose value it holds, at the earlier step.
 */
import { type Code, f32x4, int, type Local, scalar } from '../assembler.js';
import { type CodegenContext, gather } from './codegen-context.js';
import { rowOfOriginal, sourceRows, type Step } from './step.js';

const { add, load, store, extract } = f32x4;

/** Emits code for each group of memories. */
const eachGroup = ({ groups }: Step, body: (k: number) => Code): Code =>
  groups.map(({ delay }, k) => (delay > 0 ? body(k) : []));

/**
 * If the memories of group k hold the values of exactly one group of nodes, in the same lanes, returns the index of
 * that group. Otherwise returns undefined.
 */
function sourceGroup(step: Step, k: number): number | undefined {
  const rows = sourceRows(step, k);
  const group = rows[0] >> 2;
  const matches =
    step.groups[group].nodes.length === rows.length && rows.every((row, lane) => row === 4 * group + lane);
  return matches ? group : undefined;
}

/**
 * Copies the initial state to the rows of time steps −1, −2, …, which delayed edges read at the first steps. The state is
 * stored after the inputs of all `steps` time steps.
 */
export function placeState({ layout }: CodegenContext, step: Step, steps: number): Code {
  const { inputCount, stateStart, nodeCount, maxDelay } = step.original;
  if (stateStart === undefined) return [];
  const from = layout.inputs + 4 * steps * inputCount;
  return Array.from({ length: nodeCount }, (_, j) =>
    Array.from({ length: stateStart[j + 1] - stateStart[j] }, (_, k) => {
      const to = layout.x + (maxDelay - 1 - k) * layout.stepBytes + 4 * rowOfOriginal(step, j);
      return scalar.store(int.const(to), scalar.load(int.const(from + 4 * (stateStart[j] + k))));
    }),
  );
}

/** Loads memories into registers, and copies them to the rows of this step, from which single values are read. */
export const loadMemories = ({ layout, groups, row, x }: CodegenContext, step: Step): Code =>
  eachGroup(step, (k) => {
    const earlier = (at: number): Code => int.sub(row('x', at), int.const(groups[k].delay * layout.stepBytes));
    const group = sourceGroup(step, k);
    return [
      x[k].set(group === undefined ? gather(sourceRows(step, k).map(earlier)) : load(earlier(4 * group))),
      store(row('x', 4 * k), x[k].get),
    ];
  });

/** Adds dloss/dx of each group of memories to the rows of the earlier step. */
export const addToEarlierSteps = ({ layout, groups, row, dLossDx }: CodegenContext, step: Step): Code =>
  eachGroup(step, (k) => {
    const earlier = (at: number): Code => int.sub(row('dLossDx', at), int.const(groups[k].delay * layout.stepBytes));
    const group = sourceGroup(step, k);
    if (group !== undefined) return store(earlier(4 * group), add(load(earlier(4 * group)), dLossDx[k].get));
    return sourceRows(step, k).map((at, lane) => addTo(earlier(at), dLossDx[k], lane));
  });

const addTo = (address: Code, value: Local, lane: number): Code =>
  scalar.store(address, scalar.add(scalar.load(address), extract(value.get, lane)));

/**
 * Returns the groups that later steps read. When the backward pass of a step starts, their rows of dloss/dx hold the
 * contributions of later steps.
 */
export const groupsReadLater = (step: Step): number[] => [
  ...new Set(step.groups.flatMap(({ delay }, k) => (delay > 0 ? sourceRows(step, k).map((row) => row >> 2) : []))),
];
