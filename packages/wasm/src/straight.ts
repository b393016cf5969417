/**
 * Straight-line code for one small graph and one sample: what the three cases come to when every index is known
 * beforehand. No loops, no tables: addresses are constants, and values wait in registers, four nodes of a kind in each.
 *
 * Nodes stand in groups of four, of which the last of a kind may have fewer. A node whose predecessors are just a
 * group's nodes, in order, multiplies all their values by all its weights at once.
 */
import type { Graph } from '@nnbp/core';
import { activationKernelOf } from './builtins.js';
import {
  Assembler,
  type Code,
  control,
  double,
  f32x4,
  f64,
  i32,
  int,
  type Local,
  type MultiplyAdd,
  scalar,
  v128,
} from './assembler.js';
import { customActivation, vectorActivation } from './kernels/activation.js';
import { laneSum } from './kernels/finish.js';
import { lossKernel } from './kernels/loss.js';
import { optimizerCode, optimizerKernel, stepNumbers } from './kernels/optimizer.js';
import { job } from './kernels/program.js';
import { type Form, writeHeader } from './image.js';
import { type CommonLayout, placer, roundedUp } from './layout.js';
import { header, word } from './memory-map.js';
import type { Plan } from './plan.js';

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

/** Four nodes, or fewer, that compute alike; a group of inputs has no activation. */
interface Group {
  readonly nodes: readonly number[];
  readonly activation: { readonly code: number; readonly option: number } | undefined;
  readonly scaleTrainable: boolean;
}

interface StraightLayout extends CommonLayout {
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

/** The groups in the order in which they are computed. */
function groupsOf(graph: Graph, plan: Plan): Group[] {
  const fours = (nodes: readonly number[]) =>
    Array.from({ length: Math.ceil(nodes.length / 4) }, (_, k) => nodes.slice(4 * k, 4 * k + 4));
  const inputs = Array.from({ length: graph.inputCount }, (_, i) => i);
  return [
    ...fours(inputs).map((nodes) => ({ nodes, activation: undefined, scaleTrainable: false })),
    ...plan.units.flatMap(({ nodes, activation, scaleTrainable }) =>
      fours(nodes).map((four) => ({ nodes: four, activation: activationKernelOf(activation), scaleTrainable })),
    ),
  ];
}

/** For each node its row, if each group has four. */
function rowsOfGroups(graph: Graph, groups: readonly Group[]): Uint32Array {
  const rowOf = new Uint32Array(graph.nodeCount);
  groups.forEach(({ nodes }, g) => nodes.forEach((i, lane) => (rowOf[i] = 4 * g + lane)));
  return rowOf;
}

/** Edges into a node from a whole group, or, where `lane` is given, one edge from that lane of it. */
interface Stretch {
  readonly group: number;
  readonly lane: number | undefined;
  /** How many edges. */
  readonly count: number;
  /** The first weight's index. */
  readonly weight: number;
}

function stretches(graph: Graph, groups: readonly Group[], rowOf: Uint32Array, i: number): Stretch[] {
  const result: Stretch[] = [];
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1];) {
    const row = rowOf[graph.predecessors[e]];
    const group = row >> 2;
    const { nodes } = groups[group];
    const whole = nodes.every((j, lane) => e + lane < graph.edgeStart[i + 1] && graph.predecessors[e + lane] === j);
    const count = whole ? nodes.length : 1;
    result.push({ group, lane: whole ? undefined : row & 3, count, weight: graph.weightIndex(e, i) });
    e += count;
  }
  return result;
}

/** The first `count` lanes from memory, zeros in the others. */
function loadFirst(count: number, address: Code): Code {
  if (count === 4) return f32x4.load(address);
  if (count === 1) return f32x4.loadZero(address);
  const pair = f32x4.loadPairZero(address);
  return count === 2 ? pair : f32x4.loadLane(2, address, pair, 8);
}

/** The first `count` lanes to memory, and nothing beyond; `prepare` leaves them in `value`. */
function storeFirst(count: number, address: Code, prepare: Code, value: Local): Code {
  if (count === 4) return [prepare, f32x4.store(address, value.get)];
  if (count === 1) return [prepare, f32x4.storeLane(0, address, value.get)];
  const pair = [prepare, f32x4.storePair(0, address, value.get)];
  return count === 2 ? pair : [pair, f32x4.storeLane(2, address, value.get, 8)];
}

/** Adds the export `run(thread, job, loss, optimizer)` for this graph. */
function straightProgram(
  module: Assembler,
  multiplyAdd: MultiplyAdd,
  graph: Graph,
  groups: readonly Group[],
  rowOf: Uint32Array,
  layout: StraightLayout,
): void {
  // Nothing calls it, but a module has the same imports either way.
  module.importFunction('activation', [i32, i32, i32]);
  const lossOf = lossKernel(module, multiplyAdd, module.importFunction('loss', [], [f64]));
  const optimize = optimizerKernel(module);
  const { load, store, add, sub, mul, shuffle, loadSplat } = f32x4;
  const at = int.const;
  const nodeStretches = (i: number) => stretches(graph, groups, rowOf, i);
  const parameter = (index: number) => layout.parameters + 4 * index;
  const gradient = (index: number) => layout.gradients + 4 * index;
  const splat = (value: Local, lane: number): Code => shuffle(value.get, value.get, [lane, lane, lane, lane]);
  const isInput = (g: number) => groups[g].activation === undefined;
  const computed = groups.map((_, g) => g).filter((g) => !isInput(g));

  module.function('run', [i32, i32, i32, i32], [], ([, kind, loss, optimizer], local) => {
    const each = () => groups.map(() => local(v128));
    const [x, d, delta, scaled, pair] = [each(), each(), each(), each(), each()];
    const sums = Array.from({ length: 4 }, () => local(v128));
    const [c, h, g, derivative, option, factor, total, rate, product] = Array.from({ length: 9 }, () => local(v128));

    /** Sets h to the four sums' own sums: a square of numbers turned on its side and added up. */
    const addUp = (count: number): Code => {
      if (count === 1) {
        return [
          sums[0].set(add(sums[0].get, shuffle(sums[0].get, sums[0].get, [2, 3, 2, 3]))),
          h.set(add(sums[0].get, shuffle(sums[0].get, sums[0].get, [1, 1, 1, 1]))),
        ];
      }
      const pair = (a: Local, b: Local): Code =>
        a.set(add(shuffle(a.get, b.get, [0, 4, 1, 5]), shuffle(a.get, b.get, [2, 6, 3, 7])));
      return [
        pair(sums[0], sums[1]),
        pair(sums[2], sums[3]),
        h.set(add(shuffle(sums[0].get, sums[2].get, [0, 1, 4, 5]), shuffle(sums[0].get, sums[2].get, [2, 3, 6, 7]))),
      ];
    };

    /** h = b + Σ w x, x = c g(h), slope = c g'(h), for the nodes of a group. */
    const forward = (k: number): Code => {
      const { nodes, activation, scaleTrainable } = groups[k];
      const address = (table: number): Code => at(table + 16 * k);
      if (activation === undefined) {
        // One by one, as they were written a moment ago: the processor hands on a number sooner than a piece of several.
        const inputAt = (lane: number) => at(layout.inputs + 16 * k + 4 * lane);
        return [
          x[k].set(f32x4.loadZero(inputAt(0))),
          nodes.slice(1).map((_, n) => x[k].set(f32x4.loadLane(n + 1, inputAt(n + 1), x[k].get))),
          store(address(layout.x), x[k].get),
        ];
      }
      const scaleOf = (i: number) => at(parameter(graph.scaleIndex(i)));
      return [
        sums.map((sum, lane) =>
          lane < nodes.length
            ? [
                sum.set(f32x4.loadZero(at(parameter(graph.biasIndex(nodes[lane]))))),
                nodeStretches(nodes[lane]).map(({ group, lane: from, count, weight }) =>
                  from === undefined
                    ? sum.set(multiplyAdd(loadFirst(count, at(parameter(weight))), x[group].get, sum.get))
                    : sum.set(
                        multiplyAdd(
                          f32x4.loadZero(at(parameter(weight))),
                          shuffle(x[group].get, x[group].get, [from, from, from, from]),
                          sum.get,
                        ),
                      ),
                ),
              ]
            : sum.set(f32x4.const(0)),
        ),
        addUp(nodes.length),
        scaleTrainable
          ? [
              c.set(f32x4.loadZero(scaleOf(nodes[0]))),
              nodes.slice(1).map((i, n) => c.set(f32x4.loadLane(n + 1, scaleOf(i), c.get))),
            ]
          : c.set(f32x4.lanes([0, 1, 2, 3].map((lane) => (lane < nodes.length ? 1 : 0)))),
        option.set(f32x4.const(activation.option)),
        vectorActivation(activation.code)({ multiplyAdd, local }, h, g, derivative, option),
        x[k].set(mul(c.get, g.get)),
        store(address(layout.g), g.get),
        store(address(layout.x), x[k].get),
        store(address(layout.slope), mul(c.get, derivative.get)),
      ];
    };

    /** The outputs, and their targets, one in a row, as losses want them. */
    const outputs = Array.from(graph.outputs);
    const rowOfOutput = (table: number, k: number) => at(table + k * layout.rowBytes);
    const handOver: Code = outputs.map((i, k) =>
      f32x4.storeLane(rowOf[i] & 3, rowOfOutput(layout.outputRows, k), x[rowOf[i] >> 2].get),
    );
    const caseOne: Code = [
      outputs.map((_, k) => scalar.store(rowOfOutput(layout.targetRows, k), scalar.load(at(layout.targets + 4 * k)))),
      double.store(at(header.loss), lossOf(loss.get)),
      groups.map((_, k) => d[k].set(f32x4.const(0))),
      outputs.map((i, k) => {
        const group = d[rowOf[i] >> 2];
        return group.set(f32x4.loadLane(rowOf[i] & 3, rowOfOutput(layout.outputRows + layout.toDLossDx, k), group.get));
      }),
    ];

    /** Case 2: what the nodes of group k give to those of their predecessors that pass the filter. */
    const caseTwo = (k: number, wanted: (group: number) => boolean): Code =>
      groups[k].nodes.map((i, lane) => {
        const to = nodeStretches(i).filter(({ group }) => wanted(group));
        return [
          to.length > 0 ? factor.set(splat(delta[k], lane)) : [],
          to.map(({ group, lane: into, count, weight }) =>
            into === undefined
              ? d[group].set(multiplyAdd(factor.get, loadFirst(count, at(parameter(weight))), d[group].get))
              : d[group].set(
                  add(
                    d[group].get,
                    mul(
                      factor.get,
                      shuffle(
                        f32x4.loadZero(at(parameter(weight))),
                        f32x4.const(0),
                        [0, 1, 2, 3].map((n) => (n === into ? 0 : 4)),
                      ),
                    ),
                  ),
                ),
          ),
        ];
      });
    const backward: Code = [
      [...computed]
        .reverse()
        .map((k) => [
          delta[k].set(mul(d[k].get, load(at(layout.slope + 16 * k)))),
          scaled[k].set(mul(d[k].get, load(at(layout.g + 16 * k)))),
          store(at(layout.dLossDx + 16 * k), d[k].get),
          caseTwo(k, (group) => !isInput(group)),
        ]),
      control.when(word('inputGradients'), [
        computed.map((k) => caseTwo(k, isInput)),
        groups.map((_, k) => (isInput(k) ? store(at(layout.dLossDx + 16 * k), d[k].get) : [])),
      ]),
    ];

    /** No gradient is larger than √(Σ delta² · (1 + Σ x²)), or, for a c, than √(Σ (dLossDx · g)²). */
    const bound: Code = [
      factor.set(f32x4.const(0)),
      total.set(f32x4.const(1 / 4)),
      x.map((group) => total.set(multiplyAdd(group.get, group.get, total.get))),
      computed.map((k) => factor.set(multiplyAdd(delta[k].get, delta[k].get, factor.get))),
      total.set(mul(f32x4.splat(laneSum(total)), factor.get)),
      computed.map((k) =>
        groups[k].scaleTrainable ? total.set(multiplyAdd(scaled[k].get, scaled[k].get, total.get)) : [],
      ),
      total.set(f32x4.sqrt(f32x4.splat(laneSum(total)))),
      store(at(header.total), total.get),
    ];

    /** delta and dLossDx · g of a group's nodes, side by side as b and c are: of the first two, then of the others. */
    const pairs: Code = computed.map((k) =>
      groups[k].scaleTrainable
        ? [
            pair[k].set(shuffle(delta[k].get, scaled[k].get, [0, 4, 1, 5])),
            scaled[k].set(shuffle(delta[k].get, scaled[k].get, [2, 6, 3, 7])),
          ]
        : [],
    );
    const pairOf = (k: number, lane: number): Local => (lane < 2 ? pair[k] : scaled[k]);
    const inOrder = computed
      .flatMap((k) => groups[k].nodes.map((i, lane) => ({ k, i, lane })))
      .sort((a, b) => a.i - b.i);

    /** Case 3, into the gradients. */
    const gradients: Code = [
      pairs,
      inOrder.map(({ k, i, lane }) => [
        factor.set(splat(delta[k], lane)),
        groups[k].scaleTrainable
          ? f32x4.storePair(lane & 1, at(gradient(graph.biasIndex(i))), pairOf(k, lane).get)
          : f32x4.storeLane(lane, at(gradient(graph.biasIndex(i))), delta[k].get),
        nodeStretches(i).map(({ group, lane: from, weight }) =>
          from === undefined
            ? store(at(gradient(weight)), mul(factor.get, x[group].get))
            : f32x4.storeLane(from, at(gradient(weight)), mul(factor.get, x[group].get)),
        ),
      ]),
    ];

    /** Case 3 and plain gradient descent in one. */
    const descend: Code = [
      rate.set(loadSplat(at(0), header.stepNumbers + 4 * stepNumbers.indexOf('rate'))),
      computed.map((k) => [
        delta[k].set(mul(rate.get, delta[k].get)),
        groups[k].scaleTrainable ? scaled[k].set(mul(rate.get, scaled[k].get)) : [],
      ]),
      pairs,
      inOrder.map(({ k, i, lane }) => {
        const b = at(parameter(graph.biasIndex(i)));
        const lower = (count: number, address: Code, by: Code): Code =>
          storeFirst(count, address, product.set(sub(loadFirst(count, address), by)), product);
        // b and c of two nodes at once: with the first of them, those of the second.
        const lowerPairs = (k: number, i: number, lane: number): Code => {
          const partner = groups[k].nodes[lane + 1] as number | undefined;
          if (lane & 1) return [];
          const both = partner === undefined ? [i] : [i, partner];
          const addresses = both.map((node) => at(parameter(graph.biasIndex(node))));
          const second = addresses[1] as Code | undefined;
          return [
            c.set(f32x4.loadPairZero(addresses[0])),
            second ? c.set(f32x4.loadPair(1, second, c.get)) : [],
            c.set(sub(c.get, pairOf(k, lane).get)),
            addresses.map((address, n) => f32x4.storePair(n, address, c.get)),
          ];
        };
        const lowerOne = (address: Code, by: Code): Code => scalar.store(address, scalar.sub(scalar.load(address), by));
        return [
          factor.set(splat(delta[k], lane)),
          groups[k].scaleTrainable ? lowerPairs(k, i, lane) : lowerOne(b, f32x4.extract(delta[k].get, lane)),
          nodeStretches(i).map(({ group, lane: from, count, weight }) =>
            from === undefined
              ? lower(count, at(parameter(weight)), mul(factor.get, x[group].get))
              : lowerOne(at(parameter(weight)), f32x4.extract(mul(factor.get, x[group].get), from)),
          ),
        ];
      }),
    ];

    const isStep = int.eq(kind.get, at(job.step));
    const isDescent = int.and(isStep, int.eq(optimizer.get, at(optimizerCode.plain)));
    const lossNow = double.load(at(header.loss));
    const harmless = int.and(
      scalar.le(scalar.mul(laneSum(total), scalar.load(at(0), header.reach)), scalar.load(at(0), header.room)),
      double.eq(double.sub(lossNow, lossNow), double.const(0)),
    );
    const updated = int.store(at(header.updated), at(1));

    return [
      groups.map((_, k) => forward(k)),
      handOver,
      control.when(int.ne(kind.get, at(job.predict)), [
        caseOne,
        backward,
        bound,
        int.store(at(header.updated), at(0)),
        control.when(isDescent, control.when(harmless, [descend, updated]), [
          gradients,
          control.when(int.and(isStep, harmless), [optimize(optimizer.get, at(0), at(layout.parameterBytes)), updated]),
        ]),
      ]),
    ];
  });
}
