/** An exercise with a sequence: the pass through time, the unrolled graph, and derivatives as sums over time. */
import { backpropagateSequence, type Graph, type Loss, type Network, type SequencePass, unroll } from '@nnbp/core';
import { explainSequence, parseQuantity, type QuantityName, replay, type Trace, traceSequence } from '@nnbp/explain';
import type { Functions } from '../../functions.js';
import { edgeName, networkOf } from '../../network.js';
import { rowsOf, targetRows } from '../../shared/sequence.js';
import type { NetworkDescription, PlaygroundState } from '../../state.js';
import type { Derivable } from '../derivable.js';
import { highlightsOf, type Highlights } from '../highlights.js';
import { edgeFrom, isParameterDerivative, finiteDifference, parameterIndex } from '../finite-difference.js';

type Time = PlaygroundState['derive']['time'];

export interface TimeQuestion {
  readonly network: NetworkDescription;
  /** The inputs of all steps, [steps × inputs]. */
  readonly input: readonly number[];
  /** The targets of all steps, [steps × outputs]. */
  readonly target: readonly number[];
  readonly loss: string;
  readonly time: Time;
}

export interface TimeExercise extends Derivable {
  readonly network: Network;
  readonly loss: Loss;
  readonly steps: number;
  /** The inputs per step: [steps][inputs]. */
  readonly inputs: readonly (readonly number[])[];
  /** The targets per step: [steps][outputs]; null for a step without a target. */
  readonly targets: readonly (readonly number[] | null)[];
  readonly pass: SequencePass;
  /**
   * The unrolled graph: a copy of every node for every step, `h@0`, `h@1`, …, and `h@-1` for the value before the first
   * step.
   */
  readonly unrolled: Graph;
  /** Trace of the pass on the unrolled graph. */
  readonly trace: Trace;
  /** The value of a parameter derivative, or of a quantity of a node at a time step. */
  value(name: QuantityName): number;
}

/** @throws NnbpError any error thrown by `networkOf` or `backpropagateSequence` */
export function timeExerciseOf(question: TimeQuestion, functions: Functions): TimeExercise {
  const network = networkOf(question.network, functions);
  const { graph } = network;
  const { steps } = question.time;
  const inputs = rowsOf(question.input, graph.inputCount);
  const targets = targetRows(question.target, graph.outputs.length, question.time);
  const loss = functions.loss(question.loss);
  const pass = backpropagateSequence(network, inputs, targets, loss);
  const explanation = (name: QuantityName) => explainSequence(network, inputs, targets, loss, name);
  return {
    network,
    loss,
    steps,
    inputs,
    targets,
    pass,
    unrolled: unroll(graph, steps),
    trace: traceSequence(network, inputs, targets, loss),
    assumed: {},
    explanation,
    rootStep: (name) => explanation(name).root,
    measured: (name) =>
      finiteDifference(network, name, () => backpropagateSequence(network, inputs, targets, loss).loss),
    value(name) {
      const { quantity } = name;
      if (quantity === 'dLossDb' || quantity === 'dLossDc' || quantity === 'dLossDw') {
        return pass.gradients.vector[parameterIndex(graph, name)];
      }
      if (quantity === 'dAdz') return explanation(name).root.value;
      const [id, t] = splitId(name.node);
      return t < 0 ? initialValue(graph, id) : pass.cache[quantity](id, 0, t);
    },
  };
}

/** Splits an id of the unrolled graph, such as `h@1`, into the id of the node and the step. */
export function splitId(id: string): readonly [id: string, t: number] {
  const at = id.lastIndexOf('@');
  return [id.slice(0, at), Number(id.slice(at + 1))];
}

const initialValue = (graph: Graph, id: string): number => graph.initialValues?.[graph.indexOf(id)] ?? 0;

/**
 * Parses the selected quantity. If the network does not have it, returns the derivative with respect to the weight of
 * the first delayed edge. If there is no delayed edge either, returns dloss/dx of the first output at step 0.
 */
export function selectedInTime({ network: { graph }, unrolled }: TimeExercise, selected: string): QuantityName {
  try {
    const parsed = parseQuantity(/^dloss\/d[bcw]_/.test(selected) ? graph : unrolled, selected);
    return parsed.quantity === 'dLossDw' ? { ...parsed, from: fullEdgeName(graph, parsed) } : parsed;
  } catch {
    return firstDelayed(graph);
  }
}

/** The numbers computed by the first steps of the trace. */
export interface KnownInTime {
  value(name: QuantityName): number | undefined;
}

/**
 * Returns the numbers that are known after `stepCount` steps of the trace. A parameter derivative is known once all its
 * terms have been added.
 */
export function knownInTime(exercise: TimeExercise, stepCount: number): KnownInTime {
  const computed = replay(exercise.trace, stepCount);
  return {
    value(name) {
      const isKnown = isParameterDerivative(name)
        ? termCountAt(exercise, name, stepCount) === exercise.steps
        : computed.value(name) !== undefined;
      return isKnown ? exercise.value(name) : undefined;
    },
  };
}

/**
 * Returns, for each term of a parameter derivative, the number of trace steps after which the term has been added.
 * There is one term per time step, from the last time step to the first.
 */
export function stepsOfTerms({ trace }: TimeExercise, { node }: QuantityName): number[] {
  return trace.steps
    .filter((step) => step.case === 3 && splitId(step.node)[0] === node && isParameterDerivative(step.writes[0]))
    .map(({ index }) => index + 1);
}

/** The number of terms that have been added to a parameter derivative after `stepCount` steps of the trace. */
export const termCountAt = (exercise: TimeExercise, selected: QuantityName, stepCount: number): number =>
  stepsOfTerms(exercise, selected).filter((needed) => needed <= stepCount).length;

/**
 * Converts the name of a parameter derivative in the unrolled graph, such as `dloss/db_h@1`, to the name in the graph
 * with delays, `dloss/db_h`. The derivative in the unrolled graph is a term of the derivative in the graph with delays.
 */
export function originalParameter({ quantity, node, from }: QuantityName): QuantityName {
  const [id, t] = splitId(node);
  if (from === undefined) return { quantity, node: id };
  const [source, sourceStep] = splitId(from);
  return { quantity, node: id, from: edgeName(source, t - sourceStep) };
}

/**
 * Returns the name of a weight's edge, such as `h@-1` for an edge from h with a delay of 1. If `from` is not the name of
 * an edge, but the id of a node with delayed edges to `node`, returns the name of the first of these edges.
 */
function fullEdgeName(graph: Graph, { node, from }: QuantityName): string {
  const i = graph.indexOf(node);
  if (edgeFrom(graph, i, from!) >= 0) return from!;
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
    if (graph.ids[graph.predecessors[e]] === from) return graph.edgeName(e);
  }
  return from!;
}

function firstDelayed(graph: Graph): QuantityName {
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      if (graph.delay(e) > 0) return { quantity: 'dLossDw', node: graph.ids[i], from: graph.edgeName(e) };
    }
  }
  return { quantity: 'dLossDx', node: `${graph.ids[graph.outputs[0]]}@0` };
}

/** A term of a parameter derivative: the contribution of one time step. */
export interface TermInTime {
  readonly step: number;
  readonly value: number;
  /** The sum of this term and the terms of later time steps. */
  readonly sum: number;
}

/** The terms of a parameter derivative, from the last time step to the first, as the engine adds them. */
export function termsInTime(exercise: TimeExercise, { quantity, node, from }: QuantityName): TermInTime[] {
  const { network, pass, steps } = exercise;
  const { graph } = network;
  const i = graph.indexOf(node);
  const edge = quantity === 'dLossDw' ? edgeFrom(graph, i, from!) : -1;
  let sum = 0;
  return Array.from({ length: steps }, (_, k) => {
    const step = steps - 1 - k;
    const cache = pass.cache.sequences[0].steps[step];
    const dLossDb = cache.dLossDx[i] * cache.slope[i];
    let value = dLossDb;
    if (quantity === 'dLossDc') value = cache.dLossDx[i] * cache.g[i];
    if (quantity === 'dLossDw') {
      const source = graph.ids[graph.predecessors[edge]];
      const x = exercise.value({ quantity: 'x', node: `${source}@${step - graph.delay(edge)}` });
      value = dLossDb * (cache.aggregated?.dAdz[edge] ?? 1) * x;
    }
    sum += value;
    return { step, value, sum };
  });
}

/**
 * Returns the nodes and edges of the unrolled graph to highlight. For a parameter derivative, these are all paths to
 * the loss that start at the parameter's node in step `firstStep` or later. For a weight, its edges in these time steps
 * are included. For any other quantity, see `highlightsOf`.
 */
export function highlightsInTime(exercise: TimeExercise, selected: QuantityName, firstStep: number): Highlights {
  const { unrolled, network, steps } = exercise;
  if (!isParameterDerivative(selected)) return highlightsOf(unrolled, selected);
  const nodes = new Set<number>();
  const edges = new Set<number>();
  const { graph } = network;
  const i = graph.indexOf(selected.node);
  const edgeOffset = selected.quantity === 'dLossDw' ? edgeFrom(graph, i, selected.from!) - graph.edgeStart[i] : -1;
  for (let t = firstStep; t < steps; t++) {
    const node = `${selected.node}@${t}`;
    const downstream = highlightsOf(unrolled, { quantity: 'dLossDx', node });
    for (const j of downstream.nodes) nodes.add(j);
    for (const e of downstream.edges) edges.add(e);
    if (edgeOffset >= 0) edges.add(unrolled.edgeStart[unrolled.indexOf(node)] + edgeOffset);
  }
  return { nodes, edges };
}
