/** What the parts of unrolled code share: the graph, addresses and registers. */
import type { Graph } from '@nnbp/core';
import { type Code, f32x4, int, type Local, type MultiplyAdd, v128 } from '../assembler.js';
import { type Group, type Stretch, stretches } from './groups.js';
import type { UnrolledLayout } from './layout.js';

/** Made once for a graph; each part of the program emits its code with it. */
export interface CodegenContext {
  readonly graph: Graph;
  readonly groups: readonly Group[];
  /** The groups that are not inputs, in order. */
  readonly computed: readonly number[];
  readonly rowOf: Uint32Array;
  readonly layout: UnrolledLayout;
  readonly multiplyAdd: MultiplyAdd;
  /** The address of the sample's inputs, and of its targets. */
  readonly inputs: Local;
  readonly targets: Local;
  /** A register per group: values, dloss/dx, delta = dloss/dx · slope, and dloss/dc = dloss/dx · g. */
  readonly x: readonly Local[];
  readonly dLossDx: readonly Local[];
  readonly delta: readonly Local[];
  readonly dLossDc: readonly Local[];
  /** Temporary registers. */
  readonly factor: Local;
  readonly product: Local;
  /** At least the largest |gradient|, in all lanes. */
  readonly total: Local;
  local(): Local;
  stretchesOf(i: number): readonly Stretch[];
  /** The address of a parameter, or of its gradient. */
  parameter(index: number): Code;
  gradient(index: number): Code;
}

/** Makes the context for a graph. */
export function codegenContext(
  graph: Graph,
  groups: readonly Group[],
  rowOf: Uint32Array,
  layout: UnrolledLayout,
  multiplyAdd: MultiplyAdd,
  newLocal: (type: typeof v128) => Local,
  inputs: Local,
  targets: Local,
): CodegenContext {
  const local = () => newLocal(v128);
  const each = () => groups.map(local);
  return {
    graph,
    groups,
    computed: groups.flatMap(({ activation }, k) => (activation === undefined ? [] : [k])),
    rowOf,
    layout,
    multiplyAdd,
    inputs,
    targets,
    x: each(),
    dLossDx: each(),
    delta: each(),
    dLossDc: each(),
    factor: local(),
    product: local(),
    total: local(),
    local,
    stretchesOf: (i) => stretches(graph, groups, rowOf, i),
    parameter: (index) => int.const(layout.parameters + 4 * index),
    gradient: (index) => int.const(layout.gradients + 4 * index),
  };
}

/** One lane in all four. */
export const splat = (value: Local, lane: number): Code =>
  f32x4.shuffle(value.get, value.get, [lane, lane, lane, lane]);

/** The first `count` lanes from memory, zeros in the others. */
export function loadFirst(count: number, address: Code): Code {
  if (count === 4) return f32x4.load(address);
  if (count === 1) return f32x4.loadZero(address);
  const pair = f32x4.loadPairZero(address);
  return count === 2 ? pair : f32x4.loadLane(2, address, pair, 8);
}

/** The first `count` lanes of a register to memory, and nothing beyond. */
export function storeFirst(count: number, address: Code, { get }: Local): Code {
  if (count === 4) return f32x4.store(address, get);
  if (count === 1) return f32x4.storeLane(0, address, get);
  const pair = f32x4.storePair(0, address, get);
  return count === 2 ? pair : [pair, f32x4.storeLane(2, address, get, 8)];
}

/** One number from memory in each lane that has an address, zeros in the others. */
export function gather(addresses: readonly (Code | undefined)[]): Code {
  const start = addresses[0] ? f32x4.loadZero(addresses[0]) : f32x4.const(0);
  return addresses.reduce<Code>(
    (lanes, address, n) => (n > 0 && address ? f32x4.loadLane(n, address, lanes) : lanes),
    start,
  );
}
