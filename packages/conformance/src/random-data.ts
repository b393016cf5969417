/**
 * Numbers to run a graph on. All are exact in float32, so that engines of either precision start from the same ones,
 * and tame, so that nothing overflows or dies out in a deep graph.
 */
import type { Graph, Random } from '@nnbp/core';

/** Inputs and targets of some samples, in the flat rows that `Executor` takes. */
export interface Samples {
  /** How many. */
  readonly samples: number;
  /** `samples` rows of the graph's inputs. */
  readonly inputs: Float64Array;
  /** `samples` rows of the graph's outputs. */
  readonly targets: Float64Array;
}

/** Draws one sample's targets, one an output node. */
export type TargetMaker = (random: Random, outputs: number) => readonly number[];

/**
 * Parameters in the graph's layout: b within ±0.5, |c| from 0.5 to 1.25 with either sign, each weight within
 * ±1.2/√fan-in, so that a node's value is on average smaller than its predecessors' and a deep graph stays tame.
 */
export function randomParameters(graph: Graph, random: Random): Float64Array {
  const parameters = new Float64Array(graph.parameterCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const scale = graph.scaleIndex(i);
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    parameters[graph.biasIndex(i)] = Math.fround(random.uniform() - 0.5);
    if (scale >= 0)
      parameters[scale] = Math.fround((random.uniform() < 0.5 ? -1 : 1) * (0.5 + 0.75 * random.uniform()));
    for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
      parameters[graph.weightIndex(edge, i)] = Math.fround(((2 * random.uniform() - 1) * 1.2) / Math.sqrt(fanIn));
    }
  }
  return parameters;
}

/** Inputs within ±1, and targets likewise unless `target` draws others. */
export function randomSamples(graph: Graph, random: Random, samples: number, target: TargetMaker = anyTarget): Samples {
  const inputs = Float64Array.from({ length: samples * graph.inputCount }, () => withinOne(random));
  const targets = Array.from({ length: samples }, () => target(random, graph.outputs.length)).flat();
  return { samples, inputs, targets: Float64Array.from(targets, Math.fround) };
}

const withinOne = (random: Random) => Math.fround(2 * random.uniform() - 1);

const anyTarget: TargetMaker = (random, outputs) => Array.from({ length: outputs }, () => withinOne(random));
