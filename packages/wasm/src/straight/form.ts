/**
 * Straight-line code for one small graph and one sample: what the three cases come to when every index is known
 * beforehand. No loops, no tables: addresses are constants, and values wait in registers, four nodes of a kind in each.
 *
 * Nodes stand in groups of four, of which the last of a kind may have fewer. A node whose predecessors are just a
 * group's nodes, in order, multiplies all their values by all its weights at once.
 */
import type { Graph } from '@nnbp/core';
import { Assembler, type MultiplyAdd } from '../assembler.js';
import { activationKernelOf } from '../builtins.js';
import { type Form, writeHeader } from '../image.js';
import { customActivation } from '../kernels/activation.js';
import { type CommonLayout, placer, roundedUp } from '../layout.js';
import type { Plan } from '../plan.js';
import { groupsOf, rowsOfGroups } from './groups.js';
import { straightProgram } from './program.js';

/** More edges than this make more code than is worth compiling. */
const mostEdges = 1000;

/** Whether a graph may run as straight-line code. */
export function isStraight(graph: Graph): boolean {
  return (
    graph.edgeCount <= mostEdges &&
    graph.sharedWeights === undefined &&
    graph.activations.every((activation) => activationKernelOf(activation).code !== customActivation)
  );
}

/** Where straight-line code finds things. */
export interface StraightLayout extends CommonLayout {
  /** A row of four lanes for each output's value, of which one sample needs one, and from there to its dLossDx. */
  readonly outputRows: number;
  readonly toDLossDx: number;
}

/**
 * The form for straight-line code, batches of one sample.
 *
 * @throws RangeError if the host compiles no module of this size at once, as some browsers' main threads
 */
export function straightForm(graph: Graph, plan: Plan, multiplyAdd: MultiplyAdd): Form {
  const groups = groupsOf(graph, plan);
  const rowOf = rowsOfGroups(graph, groups);
  const layout = straightLayout(graph, groups.length);
  const assembler = new Assembler();
  assembler.importMemory(false);
  straightProgram(assembler, multiplyAdd, graph, groups, rowOf, layout);
  return {
    layout,
    rowOf,
    tableRowBytes: 4,
    padded: false,
    write(words, numbers) {
      // To losses the outputs' rows are all the rows there are.
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

function straightLayout(graph: Graph, groups: number): StraightLayout {
  const { place, end } = placer();
  const rowBytes = 16;
  const outputs = graph.outputs.length;
  const parameterBytes = roundedUp(graph.parameterCount * 4, 64);
  const outputRows = place(outputs * rowBytes);
  const table = () => place(groups * 16);
  return {
    rowBytes,
    parameterBytes,
    outputRows,
    toDLossDx: place(outputs * rowBytes) - outputRows,
    outputX: place(outputs * 4),
    targetRows: place(outputs * rowBytes),
    mask: place(rowBytes),
    inputs: place(roundedUp(graph.inputCount, 4) * 4),
    inputStride: graph.inputCount * 4,
    targets: place(outputs * 4),
    targetStride: outputs * 4,
    x: table(),
    g: table(),
    slope: table(),
    dLossDx: table(),
    parameters: place(parameterBytes),
    gradients: place(parameterBytes),
    momentum: place(parameterBytes),
    secondMoment: place(parameterBytes),
    total: end(),
  };
}
