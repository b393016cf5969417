/** The context that all parts of the code generator use: the graph, addresses and registers. */
import type { Graph } from '@nnbp/core';
import { type Code, f32x4, int, type Local, type MultiplyAdd, v128 } from '../assembler.js';
import { type Column, columns, type Stretch, stretches } from './edges.js';
import type { Group } from './groups.js';
import type { UnrolledLayout } from './layout.js';
import type { Step } from './step.js';

/** The addresses of a step's sample and of the step's rows. Group k has the rows 4 k to 4 k + 3, one per lane. */
export interface StepAddresses {
  /** The addresses of the sample's inputs and targets. */
  readonly inputs: Local;
  readonly targets: Local;
  /** Returns the address of a row in a table. */
  row(table: 'x' | 'g' | 'slope' | 'dLossDx', row: number): Code;
  /** Returns the address of the row that holds output k. */
  outputRow(k: number): Code;
}

/** The context for generating the code of one step. */
export interface CodegenContext extends StepAddresses {
  readonly graph: Graph;
  readonly groups: readonly Group[];
  /** The indices of the groups that are neither inputs nor memories (values of earlier steps), in order. */
  readonly computed: readonly number[];
  /** The row of each node. */
  readonly rowOf: Uint32Array;
  readonly layout: UnrolledLayout;
  readonly multiplyAdd: MultiplyAdd;
  /** One register per group for each of: values, dloss/dx, delta = dloss/dx · slope, and dloss/dc = dloss/dx · g. */
  readonly x: readonly Local[];
  readonly dLossDx: readonly Local[];
  readonly delta: readonly Local[];
  readonly dLossDc: readonly Local[];
  /** Temporary registers. */
  readonly factor: Local;
  readonly product: Local;
  /** An upper bound of the largest |gradient|, in all lanes. */
  readonly gradientBound: Local;
  /** Returns a new register. */
  local(): Local;
  /** Returns the incoming edges of node i, divided into stretches. */
  stretchesOf(i: number): readonly Stretch[];
  /** Returns the incoming edges of group k, divided into columns. */
  columnsOf(k: number): readonly Column[];
  /** Returns the constant in a slot; undefined if the slot holds a parameter. */
  constant(slot: number): number | undefined;
  /** Returns the address of a parameter, or of its gradient. */
  parameter(slot: number): Code;
  gradient(slot: number): Code;
}

export function codegenContext(
  { graph, groups, rowOf }: Step,
  layout: UnrolledLayout,
  multiplyAdd: MultiplyAdd,
  newLocal: (type: typeof v128) => Local,
  addresses: StepAddresses,
): CodegenContext {
  const local = () => newLocal(v128);
  const each = () => groups.map(local);
  return {
    ...addresses,
    graph,
    groups,
    computed: groups.flatMap(({ activation }, k) => (activation === undefined ? [] : [k])),
    rowOf,
    layout,
    multiplyAdd,
    x: each(),
    dLossDx: each(),
    delta: each(),
    dLossDc: each(),
    factor: local(),
    product: local(),
    gradientBound: local(),
    local,
    stretchesOf: (i) => stretches(graph, groups, rowOf, i),
    columnsOf: (k) => columns(graph, groups, rowOf, k),
    constant: (slot) => (slot < graph.parameterCount ? undefined : graph.constants[slot - graph.parameterCount]),
    parameter: (slot) => int.const(layout.parameters + 4 * slot),
    gradient: (slot) => int.const(layout.gradients + 4 * slot),
  };
}

/** Loads the values of up to four slots, one per lane; the other lanes are 0. */
export function valuesOf({ constant, parameter }: CodegenContext, slots: readonly number[]): Code {
  const constants = [0, 1, 2, 3].map((lane) => (lane < slots.length ? constant(slots[lane]) : 0));
  const addresses = slots.map((slot, lane) => (constants[lane] === undefined ? parameter(slot) : undefined));
  if (constants.every((value) => value === undefined || value === 0)) return gather(addresses);
  const start = f32x4.lanes(constants.map((value) => value ?? 0));
  return addresses.reduce<Code>((lanes, address, n) => (address ? f32x4.loadLane(n, address, lanes) : lanes), start);
}

/** Copies one lane to all four. */
export const splat = (value: Local, lane: number): Code =>
  f32x4.shuffle(value.get, value.get, [lane, lane, lane, lane]);

/** Moves one lane of a vector to another lane; the other lanes are 0. */
export const moveLane = (value: Code, from: number, to: number): Code =>
  f32x4.shuffle(
    value,
    f32x4.const(0),
    [0, 1, 2, 3].map((n) => (n === to ? from : 4)),
  );

/** Loads the first `count` lanes from memory; the other lanes are 0. */
export function loadFirst(count: number, address: Code): Code {
  if (count === 4) return f32x4.load(address);
  if (count === 1) return f32x4.loadZero(address);
  const pair = f32x4.loadPairZero(address);
  return count === 2 ? pair : f32x4.loadLane(2, address, pair, 8);
}

/** Stores only the first `count` lanes of a register. */
export function storeFirst(count: number, address: Code, { get }: Local): Code {
  if (count === 4) return f32x4.store(address, get);
  if (count === 1) return f32x4.storeLane(0, address, get);
  const pair = f32x4.storePair(0, address, get);
  return count === 2 ? pair : [pair, f32x4.storeLane(2, address, get, 8)];
}

/** Loads one number into each lane that has an address; the other lanes are 0. */
export function gather(addresses: readonly (Code | undefined)[]): Code {
  const start = addresses[0] ? f32x4.loadZero(addresses[0]) : f32x4.const(0);
  return addresses.reduce<Code>(
    (lanes, address, n) => (n > 0 && address ? f32x4.loadLane(n, address, lanes) : lanes),
    start,
  );
}
