/**
 * Unrolled code for one small graph and one sample: what the three cases come to when every index is known
 * beforehand. No loops, no tables: addresses are constants, and values wait in registers, four nodes of a kind in each.
 *
 * Nodes are in groups of four; the last group of a kind may have fewer. A node whose predecessors are just a
 * group's nodes, in order, multiplies all their values by all its weights at once.
 */
import type { Graph, Plan } from '@nnbp/core';
import { Assembler, type MultiplyAdd } from '../assembler.js';
import { activationKernelOf } from '../builtins.js';
import { type Form, writeHeader } from '../memory-image.js';
import { customActivation } from '../kernels/activation.js';
import { groupsOf, rowsOfGroups } from './groups.js';
import { unrolledLayout } from './layout.js';
import { unrolledProgram } from './program.js';

/** More edges than this make more code than is worth compiling. */
const maxEdges = 1000;

/** Whether a graph may run as unrolled code. */
export function isUnrollable(graph: Graph): boolean {
  return (
    graph.edgeCount <= maxEdges &&
    graph.sharedWeights === undefined &&
    graph.aggregationOf === undefined &&
    graph.activations.every((activation) => activationKernelOf(activation).code !== customActivation)
  );
}

const forms = new WeakMap<Graph, Map<MultiplyAdd, Form>>();

/**
 * The form for unrolled code, batches of one sample. Compiled once for each graph: `fit` prepares an executor per call.
 *
 * @throws RangeError if the host compiles no module of this size at once, as some browsers' main threads
 */
export function unrolledForm(graph: Graph, plan: Plan, multiplyAdd: MultiplyAdd): Form {
  const known = forms.get(graph) ?? new Map<MultiplyAdd, Form>();
  forms.set(graph, known);
  let form = known.get(multiplyAdd);
  if (form === undefined) known.set(multiplyAdd, (form = compileForm(graph, plan, multiplyAdd)));
  return form;
}

function compileForm(graph: Graph, plan: Plan, multiplyAdd: MultiplyAdd): Form {
  const groups = groupsOf(graph, plan);
  const rowOf = rowsOfGroups(graph, groups);
  const layout = unrolledLayout(graph, groups.length);
  const assembler = new Assembler();
  assembler.importMemory(false);
  unrolledProgram(assembler, multiplyAdd, graph, groups, rowOf, layout);
  return {
    layout,
    rowOf,
    tableRowBytes: 4,
    padded: false,
    write(words, numbers) {
      // Losses see only the rows of the outputs.
      writeHeader(words, numbers, graph, {
        ...layout,
        x: 0,
        dLossDx: layout.toDLossDx,
        threads: 1,
      });
      for (let k = 0; k < graph.outputs.length; k++) {
        words[layout.outputX / 4 + k] = layout.outputRows + k * layout.rowBytes;
      }
    },
    module: new WebAssembly.Module(assembler.bytes()),
  };
}
