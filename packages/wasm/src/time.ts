/**
 * Unrolls a graph over several steps into a plain graph, that is, a graph without delays. The plain graph has a copy of
 * every node for each step, with the same parameters. If a delayed edge reads a value from before the first step, that
 * value is an additional input.
 */
import { Graph } from '@nnbp/core';

/** The plain graph, and the positions of the original graph's nodes in the plain graph. */
export interface TimeGraph {
  readonly graph: Graph;
  readonly original: Graph;
  readonly steps: number;
  /** The step of each node of the plain graph, 0 for its inputs; undefined if the plain graph is the original. */
  readonly stepOf: Uint32Array | undefined;
  /** Returns the input that holds entry k of the state. */
  readonly stateInput: (k: number) => number;
  /** Returns the index of node i at step t. */
  readonly at: (i: number, t: number) => number;
}

/** Unrolls a graph over `steps` steps. If `steps` is 1 and the graph has no delays, returns the original graph. */
export function timeGraph(original: Graph, steps: number): TimeGraph {
  const { inputCount, nodeCount, edgeCount, stateSize, stateStart } = original;
  if (steps === 1 && stateSize === 0) {
    return { graph: original, original, steps, stepOf: undefined, stateInput: (k) => k, at: (i) => i };
  }
  const computed = nodeCount - inputCount;
  const inputs = steps * inputCount + stateSize;
  const total = inputs + steps * computed;
  const at = (i: number, t: number) => (i < inputCount ? t * inputCount + i : inputs + t * computed + i - inputCount);
  const stateInput = (k: number) => steps * inputCount + k;

  const perNode = () => new Uint32Array(total);
  const [activationOf, aggregationOf, biasSlots, scaleSlots, stepOf] = [
    perNode(),
    perNode(),
    perNode(),
    perNode(),
    perNode(),
  ];
  const scaleTrainable = new Uint8Array(total);
  const edgeStart = new Uint32Array(total + 1);
  const predecessors = new Uint32Array(steps * edgeCount);
  const weightSlots = new Uint32Array(steps * edgeCount);
  let edge = 0;
  for (let t = 0; t < steps; t++) {
    for (let i = inputCount; i < nodeCount; i++) {
      const copy = at(i, t);
      stepOf[copy] = t;
      activationOf[copy] = original.activationOf[i];
      aggregationOf[copy] = original.aggregationOf?.[i] ?? 0;
      biasSlots[copy] = original.biasSlot(i);
      scaleSlots[copy] = original.scaleSlot(i);
      scaleTrainable[copy] = original.scaleTrainable[i];
      for (let e = original.edgeStart[i]; e < original.edgeStart[i + 1]; e++, edge++) {
        const [j, sourceStep] = [original.predecessors[e], t - original.delay(e)];
        predecessors[edge] = sourceStep < 0 ? stateInput(stateStart![j] - sourceStep - 1) : at(j, sourceStep);
        weightSlots[edge] = original.weightSlot(e, i);
      }
      edgeStart[copy + 1] = edge;
    }
  }
  const parameterStart = new Uint32Array(total + 1);
  parameterStart[total] = original.parameterCount;
  const graph = new Graph({
    ids: Array.from({ length: total }, (_, i) => String(i)),
    inputCount: inputs,
    outputs: Uint32Array.from({ length: steps * original.outputs.length }, (_, k) =>
      at(original.outputs[k % original.outputs.length], Math.floor(k / original.outputs.length)),
    ),
    activations: original.activations,
    activationOf,
    aggregations: original.aggregations,
    aggregationOf: original.aggregationOf && aggregationOf,
    scaleTrainable,
    edgeStart,
    predecessors,
    edgeDelay: undefined,
    initialValues: undefined,
    parameterStart,
    biasSlots,
    scaleSlots,
    weightSlots,
    constants: original.constants,
    initializers: new Map(),
  });
  return { graph, original, steps, stepOf, stateInput, at };
}
