/**
 * Finds nodes that together form exactly one `rnn`, `lstm` or `gru` layer over all steps of a sample, as created by
 * `bidirectional` from @nnbp/layers: one copy of the layer per step, with shared parameters. Copies are recognized by
 * their shared b. The last copy is then matched as a layer with delays: edges from the previous copy count as delayed
 * edges.
 */
import { levels, successorsOf } from '@nnbp/core';
import { type Edge, Nodes } from './nodes.js';
import { type RecurrentLayer, recurrentLayers } from './recurrent.js';

/** A recurrent layer over all steps of a sample. Steps are in the order in which the layer reads them. */
export interface UnrolledLayer {
  /** The layer at the last step. */
  readonly layer: RecurrentLayer;
  /** For each step, its inputs, in the order of the inputs of `layer`. */
  readonly inputs: readonly (readonly number[])[];
  /** For each step, its units. */
  readonly units: readonly (readonly number[])[];
  /** The values before the first step: of the units (h) and of the cells (c). */
  readonly initial: { readonly h: readonly number[]; readonly c: readonly number[] };
  /** All nodes of the layer. */
  readonly nodes: readonly number[];
}

/** Finds all layers that are unrolled over at least two steps. */
export function unrolledLayers(nodes: Nodes): UnrolledLayer[] {
  if (nodes.hasDelays || nodes.graph.weightSlots === undefined) return [];
  const copies = new Copies(nodes);
  const last = new LastStep(nodes, copies);
  return recurrentLayers(last, (i) => copies.isLast(i)).flatMap(
    (layer) => unrolledLayer(nodes, copies, last, layer) ?? [],
  );
}

/** Pairs layers that read the same steps in opposite directions. Every remaining layer becomes a group of its own. */
export function directionsOf(layers: readonly UnrolledLayer[]): (readonly UnrolledLayer[])[] {
  const remaining = [...layers];
  const found: (readonly UnrolledLayer[])[] = [];
  for (let forward = remaining.shift(); forward !== undefined; forward = remaining.shift()) {
    const reversed = forward.inputs.toReversed().join(';');
    const kind = kindOf(forward);
    const k = remaining.findIndex((other) => kindOf(other) === kind && other.inputs.join(';') === reversed);
    found.push(k < 0 ? [forward] : [forward, ...remaining.splice(k, 1)]);
  }
  return found;
}

const kindOf = ({ layer: { kind, activation, resetAfter, units, gates } }: UnrolledLayer) =>
  [kind, activation, resetAfter, units.length, gates.map(({ peepholes }) => peepholes !== undefined)].join();

/** The constant nodes that only these layers read: their initial states. */
export function constantsOf(nodes: Nodes, layers: readonly UnrolledLayer[]): Set<number> {
  const { graph } = nodes;
  const readers = successorsOf(graph).nodes;
  const inside = new Set(layers.flatMap((layer) => layer.nodes));
  const found = new Set<number>();
  if (layers.length === 0) return found;
  for (let i = graph.nodeCount - 1; i >= graph.inputCount; i--) {
    const all = readers.subarray(graph.successorStart[i], graph.successorStart[i + 1]);
    const onlyLayersRead = all.length > 0 && all.every((reader) => inside.has(reader) || found.has(reader));
    if (onlyLayersRead && graph.outputPosition[i] < 0 && nodes.constant(i) !== undefined) found.add(i);
  }
  return found;
}

/** The nodes that are copies of one another, and the step of each copy. */
class Copies {
  /** For each node, its copies by step, and its step. */
  readonly #of: ({ readonly list: readonly number[]; readonly step: number } | undefined)[] = [];

  constructor(nodes: Nodes) {
    const { graph } = nodes;
    const level = levels(graph);
    const byBias = new Map<number, number[]>();
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      const slot = graph.biasSlot(i);
      if (slot < graph.parameterCount) byBias.set(slot, [...(byBias.get(slot) ?? []), i]);
    }
    for (const list of byBias.values()) {
      list.sort((i, j) => level[i] - level[j]);
      // Each step depends on the previous step, so copies of a node are on different levels.
      if (list.length < 2 || list.some((i, step) => step > 0 && level[i] === level[list[step - 1]])) continue;
      list.forEach((i, step) => (this.#of[i] = { list, step }));
    }
    // A node without parameters is a copy of another if both read copies of the same nodes, each at its own step.
    const byKey = new Map<string, number[]>();
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      if (this.#of[i] !== undefined || graph.biasSlot(i) < graph.parameterCount) continue;
      const read = nodes.edges(i).map(({ node }) => this.#of[node]);
      const step = read.reduce((max, copy) => Math.max(max, copy?.step ?? -1), -1);
      if (step < 0) continue;
      const own = read.map((copy) => (copy?.step === step ? copy.list[0] : -1));
      const key = [graph.activationOf[i], graph.aggregationOf?.[i] ?? 0, nodes.known(graph.biasSlot(i)), ...own].join();
      const list = byKey.get(key) ?? [];
      byKey.set(key, list);
      list[step] ??= i;
      this.#of[i] = { list, step };
    }
  }

  /** The copy of node i at the given step. */
  at(i: number, step: number): number | undefined {
    return this.#of[i]?.list[step];
  }

  /** The step of node i; undefined if it has no copies. */
  step(i: number): number | undefined {
    return this.#of[i]?.step;
  }

  /** The number of copies of node i, one per step. */
  count(i: number): number {
    return this.#of[i]?.list.length ?? 0;
  }

  isLast(i: number): boolean {
    const steps = this.count(i);
    return steps > 1 && this.#of[i]!.step === steps - 1 && this.at(i, steps - 1) === i;
  }
}

/** The nodes of the last step, in which edges from the previous step are replaced by delayed edges. */
class LastStep extends Nodes {
  readonly #nodes: Nodes;
  readonly #copies: Copies;

  constructor(nodes: Nodes, copies: Copies) {
    super(nodes.graph, nodes.known);
    this.#nodes = nodes;
    this.#copies = copies;
  }

  override get hasDelays(): boolean {
    return true;
  }

  override edges(i: number): Edge[] {
    const edges = super.edges(i);
    const copies = this.#copies;
    const first = copies.isLast(i) ? copies.at(i, 0) : undefined;
    if (first === undefined) return edges;
    const firstEdges = super.edges(first);
    const step = copies.step(i)!;
    return edges.map((edge, k): Edge => {
      const now = copies.step(edge.node) === step - 1 ? copies.at(edge.node, step) : undefined;
      // The first step has no previous step, so it reads a constant instead.
      const readsPreviousStep =
        now !== undefined && k < firstEdges.length && this.#nodes.constant(firstEdges[k].node) !== undefined;
      return readsPreviousStep ? { ...edge, node: now, delay: 1 } : edge;
    });
  }
}

/** Extends a layer found at the last step to all steps. Returns undefined if that is impossible. */
function unrolledLayer(nodes: Nodes, copies: Copies, last: LastStep, layer: RecurrentLayer): UnrolledLayer | undefined {
  const { graph } = nodes;
  const steps = copies.count(layer.units[0]);
  const own = new Set(layer.nodes);
  const inputAt = new Map(layer.inputs.map((i, k) => [i, k]));
  const inputs = Array.from({ length: steps }, () => layer.inputs.map(() => -1));
  const initial = new Map<number, number>();
  const all: number[] = [];
  // Slots match if they are the same, or if both hold constants with the same value.
  const slotsMatch = (a: number, b: number) =>
    a === b || (Math.min(a, b) >= graph.parameterCount && nodes.known(a) === nodes.known(b));

  /**
   * Whether node i of the last step has a copy at step t. Records the inputs and the values before the first step.
   */
  const isCopy = (i: number, t: number): boolean => {
    const copy = copies.at(i, t);
    if (copy === undefined || copies.count(i) !== steps) return false;
    all.push(copy);
    const isSame =
      graph.activationOf[i] === graph.activationOf[copy] &&
      graph.aggregation(i) === graph.aggregation(copy) &&
      slotsMatch(graph.biasSlot(i), graph.biasSlot(copy)) &&
      slotsMatch(graph.scaleSlot(i), graph.scaleSlot(copy));
    const edges = nodes.edges(copy);
    const expected = last.edges(i);
    return (
      isSame &&
      edges.length === expected.length &&
      expected.every(({ node, delay, slot }, k) => {
        const read = edges[k].node;
        if (!slotsMatch(slot, edges[k].slot)) return false;
        if (delay === 1 && t > 0) return read === copies.at(node, t - 1);
        if (delay === 1) return agrees(initial, node, nodes.constant(read));
        if (own.has(node)) return read === copies.at(node, t);
        const column = inputAt.get(node)!;
        if (inputs[t][column] >= 0) return inputs[t][column] === read;
        inputs[t][column] = read;
        return true;
      })
    );
  };
  for (let t = 0; t < steps; t++) if (!layer.nodes.every((i) => isCopy(i, t))) return undefined;
  const units = Array.from({ length: steps }, (_, t) => layer.units.map((i) => copies.at(i, t)!));
  const everyNode = new Set(all);
  const unitNodes = new Set(units.flat());
  const readers = successorsOf(graph).nodes;
  const readersOf = (i: number) => readers.subarray(graph.successorStart[i], graph.successorStart[i + 1]);
  const isClosed = all.every(
    (i) => unitNodes.has(i) || (graph.outputPosition[i] < 0 && readersOf(i).every((reader) => everyNode.has(reader))),
  );
  if (!isClosed || everyNode.size !== all.length) return undefined;
  // An ONNX operator computes all steps at once, so no input may depend on a node of the layer.
  const dependent = new Set(all);
  for (let i = Math.min(...all); i < graph.nodeCount; i++) {
    if (dependent.has(i)) for (const reader of readersOf(i)) dependent.add(reader);
  }
  if (inputs.flat().some((i) => dependent.has(i))) return undefined;
  const initialOf = (list: readonly number[]) => list.map((i) => initial.get(i) ?? 0);
  return { layer, inputs, units, initial: { h: initialOf(layer.units), c: initialOf(layer.cells) }, nodes: all };
}

/** Records the value of a node. Returns false if the value is unknown or differs from an earlier recorded value. */
function agrees(recorded: Map<number, number>, node: number, value: number | undefined): boolean {
  if (value === undefined) return false;
  const before = recorded.get(node);
  recorded.set(node, value);
  return before === undefined || before === value;
}
