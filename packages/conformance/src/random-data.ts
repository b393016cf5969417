/**
 * Random parameters and samples. All numbers are exact in float32, so that engines of either precision receive the same
 * numbers.
 */
import type { Graph, Random } from '@nnbp/core';

/** Inputs and targets, flattened into the layout that `Executor` expects. */
export interface Samples {
  /** The number of samples. */
  readonly samples: number;
  /** Inputs, `[samples × inputs]`, row-major. */
  readonly inputs: Float64Array;
  /** Targets, `[samples × outputs]`, row-major. */
  readonly targets: Float64Array;
}

/** Draws the targets of one sample, one per output node. */
export type TargetMaker = (random: Random, outputs: number) => readonly number[];

/**
 * Draws random parameters in the graph's layout: b within ±0.5, |c| from 0.5 to 1.25 with a random sign, and weights
 * within ±1.2/√fan-in. With these ranges, values neither grow nor vanish in deep graphs.
 */
export function randomParameters(graph: Graph, random: Random): Float64Array {
  const parameters = new Float64Array(graph.parameterCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const scaleIndex = graph.scaleIndex(i);
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    parameters[graph.biasIndex(i)] = Math.fround(random.uniform() - 0.5);
    if (scaleIndex >= 0)
      parameters[scaleIndex] = Math.fround((random.uniform() < 0.5 ? -1 : 1) * (0.5 + 0.75 * random.uniform()));
    for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
      parameters[graph.weightIndex(edge, i)] = Math.fround(((2 * random.uniform() - 1) * 1.2) / Math.sqrt(fanIn));
    }
  }
  return parameters;
}

/** Draws random samples: inputs within ±1, and targets within ±1 or drawn by `target`. */
export function randomSamples(graph: Graph, random: Random, samples: number, target: TargetMaker = anyTarget): Samples {
  const inputs = Float64Array.from({ length: samples * graph.inputCount }, () => withinOne(random));
  const targets = Array.from({ length: samples }, () => target(random, graph.outputs.length)).flat();
  return { samples, inputs, targets: Float64Array.from(targets, Math.fround) };
}

const withinOne = (random: Random) => Math.fround(2 * random.uniform() - 1);

const anyTarget: TargetMaker = (random, outputs) => Array.from({ length: outputs }, () => withinOne(random));
