/** Exercises on the article's graph: with the article's numbers for seed 0, or with random numbers for other seeds. */
import { sigmoid } from '@nnbp/activations';
import { backpropagate, type Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { articleDescription } from '../article.js';
import { networkOf } from '../network.js';
import type { ComputedSample } from './chapter.js';

const functions = { activation: () => sigmoid };

export function articleExercise(seed: number): ComputedSample {
  if (seed === 0) return compute(networkOf(articleDescription, functions), 0.5, 10);
  const random = new Random(seed);
  for (;;) {
    const sample = randomSample(random);
    if (isUnambiguous(sample)) return sample;
  }
}

function randomSample(random: Random): ComputedSample {
  const between = (low: number, high: number) => Math.round(20 * (low + (high - low) * random.uniform())) / 20;
  const signed = (low: number, high: number) => between(low, high) * (random.uniform() < 0.5 ? -1 : 1);
  const network = networkOf(
    {
      ...articleDescription,
      nodes: articleDescription.nodes.map((node) => ({
        ...node,
        b: signed(0.05, 0.4),
        c: node.id === '7' ? between(2, 4) : signed(0.6, 2),
        w: node.from.map(() => signed(0.2, 0.9)),
      })),
    },
    functions,
  );
  return compute(network, signed(0.3, 1.5), between(4, 12));
}

function compute(network: Network, input: number, target: number): ComputedSample {
  return { network, target, pass: backpropagate(network, [input], [target], mse()) };
}

/**
 * Whether x, h, slope and dloss/dx of every node are so far from 0 that a wrong answer cannot pass for the correct one.
 */
function isUnambiguous({ network, pass: { cache } }: ComputedSample): boolean {
  return network.graph.ids.every((id) => {
    const isInput = id === '1';
    const numbers = [cache.x(id), cache.dLossDx(id), ...(isInput ? [] : [cache.h(id), cache.slope(id)])];
    return numbers.every((number) => Math.abs(number) > 0.02) && (isInput || Math.abs(cache.h(id)) > 0.1);
  });
}

/** The message from node j = `from` back to its predecessor i = `to`: dloss/dx_j · slope_j · w_ij. */
export function message({ network, pass: { cache } }: ComputedSample, from: string, to: string): number {
  return cache.dLossDx(from) * cache.slope(from) * network.getParameters(from).w[to];
}

/** The sigmoid. */
export const g = (h: number): number => sigmoid.value(h);
/** The derivative of the sigmoid. */
export const dg = (h: number): number => sigmoid.derivative(h, sigmoid.value(h));
