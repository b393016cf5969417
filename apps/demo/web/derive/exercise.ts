/** The exercise of the Derive view: a network, a sample and a loss, with the forward and backward pass. */
import { backpropagate, type Loss, type Network } from '@nnbp/core';
import { explain, nameOf, parseQuantity, type QuantityName, type Trace, trace } from '@nnbp/explain';
import type { Functions } from '../functions.js';
import { describedNetwork } from '../shared/formula-network.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';
import type { Derivable } from './derivable.js';
import { finiteDifference } from './finite-difference.js';
import { articleNode, articleSample, asInTheArticle, assumedLoss } from './article-node.js';

export interface Exercise extends Derivable {
  readonly network: Network;
  readonly input: readonly number[];
  readonly target: readonly number[];
  readonly loss: Loss;
  /** The forward and backward pass, step by step. */
  readonly trace: Trace;
}

/** The parts of the state that define an exercise. */
export interface Question extends Pick<PlaygroundState['derive'], 'input' | 'target' | 'loss' | 'mode'> {
  /** The user's network. In `article` mode, the article's node 7 and its predecessors are used instead. */
  readonly network: NetworkDescription;
  /** In `fit` mode, the formula that replaces the network. Undefined in other modes. */
  readonly formula: FormulaDescription | undefined;
  /** Set for a network with delays, whose sample is a sequence. */
  readonly time: PlaygroundState['derive']['time'] | undefined;
}

/** @throws NnbpError for a cycle, an unknown function or a target that is invalid for the loss */
export function exerciseOf(question: Question, functions: Functions): Exercise {
  const isArticle = question.mode === 'article';
  const network = describedNetwork(isArticle ? { network: articleNode, formula: undefined } : question, functions);
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
    assumed: isArticle ? { 7: 7 } : {},
    explanation: (name) => explain(network, input, target, loss, name),
    rootStep(name) {
      const { root } = explain(network, input, target, loss, name);
      return isArticle ? asInTheArticle(root) : root;
    },
    measured: (name) => finiteDifference(network, name, () => backpropagate(network, input, target, loss).loss),
  };
}

/**
 * Cuts a row to `length` numbers, or extends it with `fill`. The network may have changed since the user typed the row.
 */
export const sized = (row: readonly number[], length: number, fill: number): number[] =>
  Array.from({ length }, (_, k) => row[k] ?? fill);

/** The selected quantity, or dloss/dx of the first output if the network does not have that quantity. */
export function selectedQuantity({ network: { graph } }: Exercise, selected: string): QuantityName {
  try {
    return parseQuantity(graph, selected);
  } catch {
    return { quantity: 'dLossDx', node: graph.ids[graph.outputs[0]] };
  }
}

/** The quantities of a node, derivatives first. Fixed parameters have no derivative. */
export function quantitiesOf({ network: { graph } }: Exercise, node: string): QuantityName[] {
  const i = graph.indexOf(node);
  const named = (...kinds: QuantityName['quantity'][]) => kinds.map((quantity): QuantityName => ({ quantity, node }));
  if (i < graph.inputCount) return named('dLossDx', 'x');
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  const weights = edges
    .filter((e) => graph.weightIndex(e, i) >= 0)
    .map((e): QuantityName => ({ quantity: 'dLossDw', node, from: graph.ids[graph.predecessors[e]] }));
  return [
    ...named('dLossDx'),
    ...(graph.biasIndex(i) >= 0 ? named('dLossDb') : []),
    ...(graph.scaleIndex(i) >= 0 ? named('dLossDc') : []),
    ...weights,
    ...named('slope', 'x', 'g', 'h'),
  ];
}

export const sameQuantity = (a: QuantityName, b: QuantityName): boolean =>
  a.node === b.node && a.quantity === b.quantity && nameOf(a) === nameOf(b);
