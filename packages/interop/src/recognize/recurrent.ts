/**
 * Finds recurrent layers: groups of nodes like those that `rnn`, `lstm` or `gru` from @nnbp/layers create. Nodes are
 * recognized by what they compute, not by their ids. First, each unit is matched, starting at its output. Then units
 * that read one another form a layer. The gates of a layer may read only its inputs, units and cell states.
 */
import { levels, successorsOf } from '@nnbp/core';
import type { Edge, Nodes } from './nodes.js';

/** The weights of a gate, or of the candidate, for all units. */
export interface Gate {
  /** Slots of the input weights, `[unit][input]`. −1 for a missing edge. */
  readonly inputs: readonly (readonly number[])[];
  /** Slots of the recurrent weights, `[unit][unit]`. −1 for a missing edge. */
  readonly units: readonly (readonly number[])[];
  /** Slots of b, one per unit. */
  readonly bias: readonly number[];
  /** Slots of the recurrent b, for the candidate of a GRU whose reset gate is applied after the recurrent weights. */
  readonly resetBias?: readonly number[];
  /** Slots of the peephole weights, one per unit. −1 for a missing edge. Undefined if no unit has a peephole. */
  readonly peepholes?: readonly number[] | undefined;
}

export interface RecurrentLayer {
  readonly kind: 'rnn' | 'lstm' | 'gru';
  /** Name of the activation. It is `tanh` for `lstm` and `gru`. */
  readonly activation: string;
  /** The nodes with the values of the units, in the order of the graph. */
  readonly units: readonly number[];
  /** The cell states of an `lstm`, one per unit. */
  readonly cells: readonly number[];
  /** All nodes of the layer. */
  readonly nodes: readonly number[];
  /** The inputs of the layer at each step, in the order of the graph. */
  readonly inputs: readonly number[];
  /** `rnn`: its only gate. `lstm`: i, f, g, o. `gru`: r, z, n. */
  readonly gates: readonly Gate[];
  /** For a `gru`, whether the reset gate is applied after the recurrent weights of the candidate. */
  readonly resetAfter: boolean;
}

/** The nodes of a unit, before units are grouped into layers. */
interface Unit {
  readonly kind: RecurrentLayer['kind'];
  readonly activation: string;
  /** The node with the value of the unit. */
  readonly h: number;
  /** For an LSTM, the node with the cell state. */
  readonly c?: number;
  /** The nodes of the gates, in the order of the gates of the layer. */
  readonly gates: readonly number[];
  /** The nodes of the unit that are not gates. Empty for an RNN. */
  readonly inner: readonly number[];
  /** For a GRU, how its candidate n reads the units. */
  readonly reset?: Reset;
}

/** Whether a GRU applies its reset gate after or before the recurrent weights. */
type Reset =
  /** After: n reads ru = r · u, where node u has the recurrent weights. */
  | { readonly after: true; readonly ru: number; readonly u: number }
  /** Before: n reads rh = r · h(t − 1) of each unit. */
  | { readonly after: false };

const rnnActivations = new Set(['tanh', 'relu', 'sigmoid', 'softsign', 'softplus']);

/**
 * Finds all recurrent layers of a graph. No two layers share a node.
 *
 * @param mayBeUnit - Whether a node may be a unit. Default: true for all nodes.
 */
export function recurrentLayers(nodes: Nodes, mayBeUnit: (i: number) => boolean = () => true): RecurrentLayer[] {
  const { graph } = nodes;
  if (!nodes.hasDelays) return [];
  const units: Unit[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    if (!mayBeUnit(i)) continue;
    const unit = lstmUnit(nodes, i) ?? gruUnit(nodes, i) ?? rnnUnit(nodes, i);
    if (unit !== undefined) units.push(unit);
  }
  const level = levels(graph);
  const taken = new Set<number>();
  const found: RecurrentLayer[] = [];
  // A gate of an LSTM may look like a unit of an RNN, so layers of larger units are formed first.
  for (const kind of ['lstm', 'gru', 'rnn'] as const) {
    for (const group of connectedUnits(
      nodes,
      units.filter((unit) => unit.kind === kind),
    )) {
      const layer = layerOf(nodes, group);
      const isFree =
        layer?.nodes.every((i) => !taken.has(i)) === true &&
        new Set(layer.nodes).size === layer.nodes.length &&
        layer.units.every((i) => level[i] === level[layer.units[0]]) &&
        isClosed(nodes, layer);
      if (layer === undefined || !isFree) continue;
      for (const i of layer.nodes) taken.add(i);
      found.push(layer);
    }
  }
  return found.sort((a, b) => a.units[0] - b.units[0]);
}

/** Matches a unit of an RNN: h = g(b + W x + U h(t − 1)). */
function rnnUnit(nodes: Nodes, h: number): Unit | undefined {
  const activation = nodes.activation(h);
  if (activation === undefined || !rnnActivations.has(activation) || !nodes.isSum(h, activation)) return undefined;
  return { kind: 'rnn', activation, h, gates: [h], inner: [] };
}

/** Matches a unit of an LSTM: h = o · tanh(c), c = i · g + f · c(t − 1). */
function lstmUnit(nodes: Nodes, h: number): Unit | undefined {
  const [o, tanhC] = pair(nodes, h, (i) => nodes.isSum(i, 'sigmoid'));
  const [state] = (tanhC === undefined ? undefined : nodes.plain(tanhC, 'tanh')) ?? [];
  if (o === undefined || state?.delay !== 0 || nodes.edges(tanhC!).length !== 1) return undefined;
  const c = state.node;
  const terms = nodes.plain(c);
  if (terms?.length !== 2 || terms.some(({ delay }) => delay !== 0)) return undefined;
  for (const [first, second] of [terms, terms.toReversed()]) {
    const [i, g] = pair(nodes, first.node, (k) => nodes.isSum(k, 'sigmoid'));
    const [f] = gateOfPrevious(nodes, second.node, c);
    if (i === undefined || !nodes.isSum(g!, 'tanh') || f === undefined) continue;
    return {
      kind: 'lstm',
      activation: 'tanh',
      h,
      c,
      gates: [i, f, g!, o],
      inner: [tanhC!, c, first.node, second.node, h],
    };
  }
  return undefined;
}

/** Matches a unit of a GRU: h = (1 − z) · n + z · h(t − 1). */
function gruUnit(nodes: Nodes, h: number): Unit | undefined {
  const terms = nodes.plain(h);
  if (terms?.length !== 2 || terms.some(({ delay }) => delay !== 0)) return undefined;
  for (const [first, second] of [terms, terms.toReversed()]) {
    const [z] = gateOfPrevious(nodes, second.node, h);
    if (z === undefined) continue;
    const [oneMinusZ, n] = pair(nodes, first.node, (i) => nodes.plain(i, 'identity', { b: 1, w: -1 }) !== undefined);
    if (oneMinusZ === undefined || !nodes.isSum(n!, 'tanh')) continue;
    const [edge, ...others] = nodes.edges(oneMinusZ);
    if (others.length > 0 || edge?.delay !== 0 || edge.node !== z) continue;
    const inner = [oneMinusZ, first.node, second.node, h];
    for (const { node: ru, delay, slot } of nodes.edges(n!)) {
      if (delay !== 0 || nodes.known(slot) !== 1) continue;
      const [r, u] = pair(nodes, ru, (i) => nodes.isSum(i, 'sigmoid'));
      if (
        r === undefined ||
        !nodes.isSum(u!, 'identity') ||
        !nodes.edges(u!).every((recurrent) => recurrent.delay === 1)
      )
        continue;
      const reset = { after: true, ru, u: u! } as const;
      return { kind: 'gru', activation: 'tanh', h, gates: [r, z, n!], inner: [...inner, ru, u!], reset };
    }
    // The reset gates are found once the layer is known.
    return { kind: 'gru', activation: 'tanh', h, gates: [-1, z, n!], inner, reset: { after: false } };
  }
  return undefined;
}

/**
 * The two factors of a product without delays: first the factor for which `isFirst` is true, then the other. Empty if
 * there is no match.
 */
function pair(nodes: Nodes, i: number, isFirst: (i: number) => boolean): readonly [] | readonly [number, number] {
  const factors = nodes.factors(i);
  if (factors === undefined || factors.some(({ delay }) => delay !== 0)) return [];
  const [a, b] = factors.map(({ node }) => node);
  if (isFirst(a)) return [a, b];
  return isFirst(b) ? [b, a] : [];
}

/**
 * Returns `[gate]` if node i is a gate (a sigmoid node) times the previous value of the node `before`. Otherwise returns
 * an empty array.
 */
function gateOfPrevious(nodes: Nodes, i: number, before: number): readonly [] | readonly [number] {
  const factors = nodes.factors(i);
  const old = factors?.find(({ delay, node }) => delay === 1 && node === before);
  const gate = factors?.find(({ delay }) => delay === 0);
  return old !== undefined && gate !== undefined && nodes.isSum(gate.node, 'sigmoid') ? [gate.node] : [];
}

/** Groups units of the same kind that read one another, directly or indirectly. */
function connectedUnits(nodes: Nodes, units: readonly Unit[]): Unit[][] {
  const position = new Map(units.map(({ h }, k) => [h, k]));
  const parent = units.map((_, k) => k);
  const root = (k: number): number => {
    while (parent[k] !== k) k = parent[k] = parent[parent[k]];
    return k;
  };
  units.forEach(({ gates, reset, kind }, k) => {
    const read = [...gates, ...(reset?.after === true ? [reset.u] : [])].flatMap((i) => (i < 0 ? [] : nodes.edges(i)));
    // If the reset gate is applied before the recurrent weights, n reads the units through products.
    const resets = kind === 'gru' ? read.flatMap(({ node }) => nodes.factors(node) ?? []) : [];
    for (const { node, delay } of [...read, ...resets]) {
      const other = delay === 1 ? position.get(node) : undefined;
      if (other !== undefined) parent[root(k)] = root(other);
    }
  });
  const groups = new Map<number, Unit[]>();
  units.forEach((unit, k) => {
    const group = groups.get(root(k));
    if (group === undefined) groups.set(root(k), [unit]);
    else group.push(unit);
  });
  return [...groups.values()];
}

/** The layer that these units form; undefined if they form none, for example because a gate reads a delayed input. */
function layerOf(nodes: Nodes, units: readonly Unit[]): RecurrentLayer | undefined {
  const [{ kind, activation, reset }] = units;
  if (units.some((unit) => unit.activation !== activation || unit.reset?.after !== reset?.after)) return undefined;
  const group = reset?.after === false ? withResets(nodes, units) : units;
  if (group === undefined) return undefined;
  const own = new Set(group.flatMap(({ gates, inner }) => [...gates, ...inner]));
  const isInput = ({ node, delay }: Edge) => delay === 0 && !own.has(node);
  const read = new Set<number>();
  for (const { gates } of group)
    for (const i of gates) for (const edge of nodes.edges(i)) if (isInput(edge)) read.add(edge.node);
  const inputs = [...read].sort((a, b) => a - b);
  if (inputs.length === 0) return undefined;

  const inputAt = new Map(inputs.map((i, k) => [i, k]));
  const unitAt = new Map(group.map(({ h }, k) => [h, k]));
  /** The products rh = r · h(t − 1), if the candidate reads them. */
  const resetAt = new Map(group.flatMap((unit, k) => ('rh' in unit ? [[unit.rh as number, k] as const] : [])));
  const gateOf = (g: number): Gate | undefined => {
    const rows = group.map((unit): GateRow | undefined => {
      const row = { inputs: inputs.map(() => -1), units: group.map(() => -1), peephole: -1 };
      const isCandidate = kind === 'gru' && g === 2;
      const record = (edge: Edge): boolean => {
        const { node, delay, slot } = edge;
        const [input, before, rh] = [inputAt.get(node), unitAt.get(node), resetAt.get(node)];
        if (isInput(edge)) row.inputs[input!] = slot;
        else if (isCandidate && unit.reset?.after === true) return delay === 0 && node === unit.reset.ru;
        else if (isCandidate && delay === 0 && rh !== undefined) row.units[rh] = slot;
        else if (!isCandidate && delay === 1 && before !== undefined) row.units[before] = slot;
        // i and f read the previous cell state, o reads the new one.
        else if (kind === 'lstm' && node === unit.c && g !== 2 && delay === (g === 3 ? 0 : 1)) row.peephole = slot;
        else return false;
        return true;
      };
      if (!nodes.edges(unit.gates[g]).every(record)) return undefined;
      if (isCandidate && unit.reset?.after === true) {
        const recordRecurrent = ({ node, delay, slot }: Edge) => {
          const before = unitAt.get(node);
          if (delay !== 1 || before === undefined) return false;
          row.units[before] = slot;
          return true;
        };
        if (!nodes.edges(unit.reset.u).every(recordRecurrent)) return undefined;
      }
      return row;
    });
    if (rows.includes(undefined)) return undefined;
    const { graph } = nodes;
    const whole = rows as readonly GateRow[];
    const peepholes = whole.map(({ peephole }) => peephole);
    return {
      inputs: whole.map((row) => row.inputs),
      units: whole.map((row) => row.units),
      bias: group.map(({ gates }) => graph.biasSlot(gates[g])),
      ...(kind === 'gru' &&
        g === 2 &&
        reset?.after === true && {
          resetBias: group.map((unit) => graph.biasSlot(unit.reset?.after === true ? unit.reset.u : -1)),
        }),
      ...(peepholes.some((slot) => slot >= 0) && { peepholes }),
    };
  };
  const gates = group[0].gates.map((_, g) => gateOf(g));
  if (gates.includes(undefined)) return undefined;
  if (gates.every((gate) => gate!.units.flat().every((slot) => slot < 0))) return undefined;
  return {
    kind,
    activation,
    units: group.map(({ h }) => h),
    cells: group.flatMap(({ c }) => c ?? []),
    nodes: group.flatMap((unit) => (kind === 'rnn' ? [unit.h] : [...unit.gates, ...unit.inner])),
    inputs,
    gates: gates as Gate[],
    resetAfter: reset?.after === true,
  };
}

interface GateRow {
  readonly inputs: number[];
  readonly units: number[];
  peephole: number;
}

/**
 * Finds the reset gate r of each unit of a GRU, and the product rh = r · h(t − 1), which the candidates read. Returns
 * the units with these nodes added, or undefined if a unit has no such nodes.
 */
function withResets(nodes: Nodes, group: readonly Unit[]): (Unit & { readonly rh: number })[] | undefined {
  const resets = new Map<number, readonly [rh: number, r: number]>();
  for (const { gates } of group) {
    for (const { node, delay } of nodes.edges(gates[2])) {
      if (delay !== 0) continue;
      for (const { h } of group) {
        const [r] = gateOfPrevious(nodes, node, h);
        if (r !== undefined) resets.set(h, [node, r]);
      }
    }
  }
  const units = group.map((unit) => {
    const [rh, r] = resets.get(unit.h) ?? [];
    if (rh === undefined || r === undefined) return undefined;
    const [, z, n] = unit.gates;
    return { ...unit, gates: [r, z, n], inner: [...unit.inner, rh], rh };
  });
  return units.includes(undefined) ? undefined : (units as (Unit & { readonly rh: number })[]);
}

/**
 * Whether the layer is used only through its units: no other node of the layer is an output of the graph or is read by
 * a node outside the layer. Nodes outside the layer must read the units without a delay.
 */
function isClosed({ graph }: Nodes, layer: RecurrentLayer): boolean {
  const own = new Set(layer.nodes);
  const units = new Set(layer.units);
  const { nodes, edges } = successorsOf(graph);
  if (layer.nodes.some((i) => graph.outputPosition[i] >= 0 && !units.has(i))) return false;
  for (const i of layer.nodes) {
    for (let k = graph.successorStart[i]; k < graph.successorStart[i + 1]; k++) {
      const isInside = own.has(nodes[k]);
      if (!isInside && (!units.has(i) || graph.delay(edges[k]) !== 0)) return false;
    }
  }
  return true;
}
