/** What the Derive view shows: a network with a sample and a loss, and its pass. */
import { backpropagate, type Loss, type Network } from '@nnbp/core';
import { explain, nameOf, parseQuantity, type QuantityName, type Trace, trace } from '@nnbp/explain';
import type { Functions } from '../functions.js';
import { passNetwork } from '../shared/formula-network.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';
import type { Derivable } from './derivable.js';
import { finiteDifference } from './finite-difference.js';
import { articleNode, articleSample, asInTheArticle, assumedLoss } from './article-node.js';

export interface Exercise extends Derivable {
  readonly network: Network;
  readonly input: readonly number[];
  readonly target: readonly number[];
  readonly loss: Loss;
  /** Its forward and backward pass, step by step. */
  readonly trace: Trace;
}

/** The parts of the state that define an exercise. */
export interface Question extends Pick<PlaygroundState['derive'], 'input' | 'target' | 'loss' | 'mode'> {
  /** The user's network; the mode `article` has the article's node 7 with what feeds it instead. */
  readonly network: NetworkDescription;
  /** In the mode `fit`: what replaces the network. */
  readonly formula: FormulaDescription | undefined;
  /** For a network with delays: its sample is a sequence. */
  readonly time: PlaygroundState['derive']['time'] | undefined;
}

/**
 * Computes the pass of an exercise.
 *
 * @throws NnbpError for a cycle, an unknown function or a target that is invalid for the loss
 */
export function exerciseOf(question: Question, functions: Functions): Exercise {
  const isArticle = question.mode === 'article';
  const network = passNetwork(isArticle ? { network: articleNode, formula: undefined } : question, functions);
  const { graph } = network;
  const sample = isArticle ? articleSample : question;
  const input = sized(sample.input, graph.inputCount, 0.5);
  const target = sized(sample.target, graph.outputs.length, 0);
  const loss = isArticle ? assumedLoss : functions.loss(question.loss);
  return {
    network,
    input,
    target,
    loss,
    trace: trace(network, input, target, loss),
    given: isArticle ? { 7: 7 } : {},
    explanation: (what) => explain(network, input, target, loss, what),
    derivation(what) {
      const { root } = explain(network, input, target, loss, what);
      return isArticle ? asInTheArticle(root) : root;
    },
    measured: (what) => finiteDifference(network, what, () => backpropagate(network, input, target, loss).loss),
  };
}

/** As many numbers as there are nodes: the network may have changed since they were written. */
export const sized = (row: readonly number[], length: number, fill: number): number[] =>
  Array.from({ length }, (_, k) => row[k] ?? fill);

/** The selected quantity; the derivative of the first output if the network does not have it. */
export function selectedQuantity({ network: { graph } }: Exercise, selected: string): QuantityName {
  try {
    return parseQuantity(graph, selected);
  } catch {
    return { quantity: 'dLossDx', node: graph.ids[graph.outputs[0]] };
  }
}

/** The quantities of a node, derivatives first. Fixed parameters have none. */
export function quantitiesOf({ network: { graph } }: Exercise, node: string): QuantityName[] {
  const i = graph.indexOf(node);
  const of = (...kinds: QuantityName['quantity'][]) => kinds.map((quantity): QuantityName => ({ quantity, node }));
  if (i < graph.inputCount) return of('dLossDx', 'x');
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  const weights = edges
    .filter((e) => graph.weightIndex(e, i) >= 0)
    .map((e): QuantityName => ({ quantity: 'dLossDw', node, from: graph.ids[graph.predecessors[e]] }));
  return [
    ...of('dLossDx'),
    ...(graph.biasIndex(i) >= 0 ? of('dLossDb') : []),
    ...(graph.scaleIndex(i) >= 0 ? of('dLossDc') : []),
    ...weights,
    ...of('slope', 'x', 'g', 'h'),
  ];
}

/** Whether two names denote the same number. */
export const sameQuantity = (a: QuantityName, b: QuantityName): boolean =>
  a.node === b.node && a.quantity === b.quantity && nameOf(a) === nameOf(b);
