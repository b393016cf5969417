/**
 * Unrolled code for one small graph: the forward pass and the backward pass over one sample or one sequence. The code
 * of one step has no loops. The code of a sequence loops over the steps. No tables of nodes or edges are read, and
 * values stay in registers.
 *
 * A group consists of up to four inputs, up to four values of earlier steps, or up to four nodes that are computed
 * together. A register holds one value of each node of a group. If the predecessors of a node are the nodes of a group,
 * in order, one instruction multiplies their values by the weights. If the nodes of a group have an aggregation other
 * than the sum (for example the products in an LSTM cell), or if all of their weights are constants, one instruction
 * processes one edge of each node.
 */
import type { Graph } from '@nnbp/core';
import { Assembler, fusedMultiplyAdd, type MultiplyAdd } from '../assembler.js';
import { activationKernelOf, aggregationNumberOf, noKernel } from '../builtins.js';
import { type Form, writeHeader } from '../memory-image.js';
import type { TimeGraph } from '../time.js';
import { type UnrolledLayout, unrolledLayout } from './layout.js';
import { unrolledProgram } from './program.js';
import { sequenceProgram } from './sequence-program.js';
import { rowOfOriginal, type Step, stepOf } from './step.js';

/** Maximum number of edges. The code for a larger graph would take too long to compile. */
const maxEdges = 1000;

/** Whether a graph can run as unrolled code. The graph can have delays. */
export function isUnrollable(graph: Graph): boolean {
  return (
    graph.edgeCount <= maxEdges &&
    graph.activations.every((activation) => activationKernelOf(activation).number !== noKernel) &&
    graph.aggregations.every((aggregation) => aggregationNumberOf(aggregation) !== noKernel)
  );
}

const forms = new WeakMap<Graph, Map<string, Form>>();

/**
 * Returns the form (memory layout, initial content and code) of a graph that runs as unrolled code, with one sample or
 * one sequence per call. The form is cached: without the cache, every call of `fit` would compile the code again.
 *
 * @throws RangeError if the host does not compile a module of this size synchronously, as on the main thread of some
 * browsers
 */
export function unrolledForm(time: TimeGraph, multiplyAdd: MultiplyAdd): Form {
  const { original, steps } = time;
  const formsOfGraph = forms.get(original) ?? new Map<string, Form>();
  forms.set(original, formsOfGraph);
  const key = `${steps} ${multiplyAdd === fusedMultiplyAdd}`;
  let form = formsOfGraph.get(key);
  if (form === undefined) formsOfGraph.set(key, (form = compileForm(time, multiplyAdd)));
  return form;
}

function compileForm(time: TimeGraph, multiplyAdd: MultiplyAdd): Form {
  const { original, steps } = time;
  const step = stepOf(original);
  const layout = unrolledLayout(original, step.groups.length, steps);
  const assembler = new Assembler();
  assembler.importMemory(false);
  // One step, no delays, no shared or fixed parameters (other than c fixed at 1), no aggregation other than the sum.
  const isSimple =
    steps === 1 &&
    original.stateSize === 0 &&
    original.weightSlots === undefined &&
    original.aggregationOf === undefined;
  if (isSimple) unrolledProgram(assembler, multiplyAdd, step, layout);
  else sequenceProgram(assembler, multiplyAdd, step, layout, steps);
  const rows = rowsOverTime(time, step, layout);
  const rowsWhereGIsX = new Set(
    step.groups.flatMap(({ gIsX, nodes }, k) => (gIsX ? nodes.map((_, lane) => 4 * k + lane) : [])),
  );
  return {
    layout,
    rowOf: rows,
    tableRowBytes: 4,
    padded: false,
    gIsX: (node) => rowsWhereGIsX.has(rows[node] % (layout.stepBytes / 4)),
    write(words, numbers) {
      // The kernels of losses read and write only the rows of the outputs.
      writeHeader(words, numbers, time.graph, {
        ...layout,
        x: 0,
        dLossDx: layout.toDLossDx,
        threads: 1,
        steps,
      });
      for (let k = 0; k < steps * original.outputs.length; k++) {
        words[layout.outputX / 4 + k] = layout.outputRows + k * layout.rowBytes;
      }
      writeSlopesOfCopies(numbers, time, step, layout);
    },
    module: new WebAssembly.Module(assembler.bytes()),
    withoutMean: isSimple,
  };
}

/**
 * Returns the row of each node of `time.graph`, the plain graph that covers all steps. The rows of the state come
 * first, since its values are from before the first step.
 */
function rowsOverTime(time: TimeGraph, step: Step, { stepBytes }: UnrolledLayout): Uint32Array {
  const { nodeCount, maxDelay, stateStart } = time.original;
  const rows = new Uint32Array(time.graph.nodeCount);
  const rowAt = (i: number, t: number) => ((maxDelay + t) * stepBytes) / 4 + rowOfOriginal(step, i);
  for (let i = 0; i < nodeCount; i++) {
    for (let t = 0; t < time.steps; t++) rows[time.at(i, t)] = rowAt(i, t);
    if (stateStart === undefined) continue;
    for (let k = stateStart[i]; k < stateStart[i + 1]; k++) rows[time.stateInput(k)] = rowAt(i, stateStart[i] - k - 1);
  }
  return rows;
}

/** Sets the slopes of copies (nodes with x = h) to 1. The generated code does not write them. */
function writeSlopesOfCopies(numbers: Float32Array, time: TimeGraph, step: Step, layout: UnrolledLayout): void {
  for (let t = 0; t < time.steps; t++) {
    step.groups.forEach(({ isCopy }, k) => {
      const at = (layout.slope + (time.original.maxDelay + t) * layout.stepBytes) / 4 + 4 * k;
      if (isCopy) numbers.fill(1, at, at + 4);
    });
  }
}
