import { sigmoid, tanh } from '@nnbp/activations';
import { articleNetwork, everyLoss } from '@nnbp/conformance';
import {
  backpropagate,
  forward,
  GraphBuilder,
  Network,
  outputDerivatives,
  parameterGradients,
  Random,
  type SampleCache,
  slope,
  derivativeFromSuccessors,
} from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import { describe, expect, it } from 'vitest';
import { nameOf, replay, trace, type Trace, type TraceStep } from '../src/index.js';
import { everyQuantity, outputInTheMiddle, randomSample, type Sample } from './samples.js';

const traceOf = ({ network, input, target, loss }: Sample) => trace(network, input, target, loss);
const kinds = ['h', 'g', 'x', 'slope', 'dLossDx'] as const;

function firstReadBeforeWrite(trace: Trace, order: readonly TraceStep[]): TraceStep | undefined {
  return order.find((step, at) => {
    const { value } = replay({ ...trace, steps: order }, at);
    return step.reads.some((name) => value(name) === undefined);
  });
}

/**
 * Runs the steps in the given order, using the functions of @nnbp/core. Everything computed from a missing quantity is
 * NaN.
 */
function compute({ network, input, target, loss }: Sample, order: readonly TraceStep[]) {
  const { graph } = network;
  const slots = graph.slots(network.parameters.vector);
  const row = () => new Float64Array(graph.nodeCount).fill(NaN);
  const cache: SampleCache = { h: row(), g: row(), x: row(), slope: row(), dLossDx: row() };
  const sequence = { steps: [cache], length: 1, before: graph.initialState() };
  const gradients = new Float64Array(slots.length);
  for (const { node, case: rule, writes } of order) {
    const i = graph.indexOf(node);
    if (rule === 'forward') {
      if (i < graph.inputCount) cache.x[i] = input[i];
      else forward(graph, slots, sequence, 0, i);
    } else if (rule !== 3) {
      const caseOne = new Float64Array(graph.outputs.length);
      const x = Float64Array.from(graph.outputs, (k) => cache.x[k]);
      outputDerivatives(loss, x, Float64Array.from(target), caseOne);
      const output = graph.outputPosition[i];
      const fromSuccessors = derivativeFromSuccessors(graph, slots, sequence, 0, i);
      cache.dLossDx[i] = output < 0 ? fromSuccessors : caseOne[output] + fromSuccessors;
    } else if (writes[0].quantity === 'slope') slope(graph, slots, sequence, 0, i);
    else parameterGradients(graph, sequence, 0, i, gradients);
  }
  return { cache, gradients: gradients.subarray(0, graph.parameterCount) };
}

describe('a trace', () => {
  it("the trace of the article's network applies the cases in the article's order", () => {
    const { steps } = trace(articleNetwork(), [0.5], [10], mse());
    expect(steps.map((step) => `${step.case} ${step.writes.map(nameOf).join(' ')}`)).toEqual([
      'forward x_1',
      ...[2, 3, 4, 5, 6, 7].map((i) => `forward h_${i} g_${i} x_${i}`),
      '1 dloss/dx_7',
      '3 slope_7',
      '3 dloss/db_7 dloss/dc_7 dloss/dw_4to7 dloss/dw_5to7 dloss/dw_6to7',
      ...[6, 5, 4].flatMap((i) => [
        `2 dloss/dx_${i}`,
        `3 slope_${i}`,
        `3 dloss/db_${i} dloss/dc_${i} dloss/dw_2to${i} dloss/dw_3to${i}`,
      ]),
      ...[3, 2].flatMap((i) => [`2 dloss/dx_${i}`, `3 slope_${i}`, `3 dloss/db_${i} dloss/dc_${i} dloss/dw_1to${i}`]),
      '2 dloss/dx_1',
    ]);
    const readsOf = (first: string) =>
      steps
        .find(({ writes }) => nameOf(writes[0]) === first)!
        .reads.map(nameOf)
        .join(' ');
    expect(readsOf('x_1')).toBe('');
    expect(readsOf('h_4')).toBe('x_2 x_3');
    expect(readsOf('dloss/dx_7')).toBe('x_7');
    expect(readsOf('dloss/dx_3')).toBe('dloss/dx_4 slope_4 dloss/dx_5 slope_5 dloss/dx_6 slope_6');
    expect(readsOf('slope_4')).toBe('h_4 g_4');
    expect(readsOf('dloss/db_4')).toBe('dloss/dx_4 slope_4 g_4 x_2 x_3');
  });

  it('a trace has numbered steps and, for an output with successors, reports the part of dloss/dx that case 1 computes', () => {
    const { steps } = traceOf(outputInTheMiddle());
    expect(steps.map(({ index }) => index)).toEqual(steps.map((_, k) => k));
    const stepOf = (node: string) =>
      steps.find(({ node: id, writes }) => id === node && writes[0].quantity === 'dLossDx')!;
    expect(stepOf('4')).toMatchObject({ case: 1 });
    expect('caseOne' in stepOf('4')).toBe(false);
    const x = steps.find(({ node }) => node === '3')!.values[2];
    expect(stepOf('3')).toMatchObject({ case: 2, caseOne: x - 1 });
  });

  it('replaying a trace is bit-identical to the engine, on random graphs with every loss', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const sample = randomSample(seed, { nodes: 60 });
      const { network, input, target, loss } = sample;
      const { cache, gradients, value } = replay(traceOf(sample));
      const pass = backpropagate(network, input, target, loss);
      const { graph } = network;
      for (const kind of kinds) {
        graph.ids.forEach((id, i) => {
          // An input has no h, g or slope.
          const expected = i < graph.inputCount && kind !== 'x' && kind !== 'dLossDx' ? NaN : pass.cache[kind](id);
          expect(cache[kind][i], `seed ${seed}: ${kind} of ${id}`).toBe(expected);
        });
      }
      expect(gradients, `seed ${seed}`).toEqual(pass.gradients.vector);
      for (const name of everyQuantity(graph)) expect(value(name), `seed ${seed}: ${nameOf(name)}`).not.toBeUndefined();
    }
    expect(everyLoss.length).toBeLessThan(60);
  });

  it('a trace writes each quantity once and reads only quantities that it has written', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const sample = randomSample(seed, { nodes: 40 });
      const { steps, ...rest } = traceOf(sample);
      const written = steps.flatMap(({ writes }) => writes.map(nameOf));
      expect(written.toSorted(), `seed ${seed}`).toEqual(everyQuantity(sample.network.graph).map(nameOf).sort());
      expect(firstReadBeforeWrite({ steps, ...rest }, steps), `seed ${seed}`).toBeUndefined();
    }
  });

  it('for a shared weight, a trace adds up the derivative edge by edge', () => {
    const sample = outputInTheMiddle();
    const whole = traceOf(sample);
    const { network, input, target, loss } = sample;
    const { cache } = backpropagate(network, input, target, loss);
    const part = (id: string, from: string) => cache.dLossDx(id) * cache.slope(id) * cache.x(from);
    const sums = [part('4', '3'), part('4', '3') + part('3', '2'), part('4', '3') + part('3', '2') + part('2', '1')];
    const name = { quantity: 'dLossDw', node: '2', from: '1' } as const;
    const actual = whole.steps.flatMap(({ writes, values }) =>
      values.filter(
        (_, k) =>
          writes[k].quantity === 'dLossDw' &&
          !(writes[k].node === '3' && writes[k].from === '1') &&
          !(writes[k].node === '4' && writes[k].from === '2'),
      ),
    );
    expect(actual).toEqual(sums);
    expect(replay(whole).value(name)).toBe(sums[2]);
  });
});

describe('any order', () => {
  it("an order of steps yields the engine's numbers if and only if each step reads only what earlier steps wrote", () => {
    const [smooth, random] = [[sigmoid, tanh], new Random(11)];
    const counts: Record<'right' | 'wrong', number> = { right: 0, wrong: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      // The loss reads all outputs, and the smooth activations propagate NaN, so reading a value too early changes the
      // numbers.
      const sample = randomSample(seed, { nodes: 10, activations: smooth }, everyLoss[7]);
      expect(sample.loss.name).toBe(softmaxCrossEntropy().name);
      const whole = traceOf(sample);
      const { network, input, target, loss } = sample;
      const pass = backpropagate(network, input, target, loss);
      const expected = replay(whole).cache;
      for (let k = 0; k < 20; k++) {
        const order = whole.steps.slice();
        // Most orders with many swaps are wrong; some with one swap of neighbours are right.
        for (let swaps = 1 + (k % 3); swaps > 0; swaps--) {
          const at = Math.floor(random.uniform() * (order.length - 1));
          const to = k < 10 ? at + 1 : Math.floor(random.uniform() * order.length);
          if (to < order.length) [order[at], order[to]] = [order[to], order[at]];
        }
        const { cache, gradients } = compute(sample, order);
        const same =
          kinds.every((kind) => cache[kind].every((value, i) => Object.is(value, expected[kind][i]))) &&
          // The terms of a shared weight may be added in a different order.
          gradients.every((value, p) => Math.abs(value - pass.gradients.vector[p]) <= 1e-12);
        const readBeforeWrite = firstReadBeforeWrite(whole, order);
        expect(
          readBeforeWrite === undefined,
          `seed ${seed}, order ${k}: ${readBeforeWrite?.writes.map(nameOf).join()}`,
        ).toBe(same);
        counts[same ? 'right' : 'wrong']++;
      }
    }
    expect(counts.right).toBeGreaterThan(100);
    expect(counts.wrong).toBeGreaterThan(100);
  });
});

describe('a replay', () => {
  it('a replay of the first steps contains the quantities that they wrote, and no others', () => {
    const whole = trace(articleNetwork(), [0.5], [10], mse());
    const after = whole.steps.map((_, k) => replay(whole, k));
    whole.steps.forEach(({ writes, values }, k) => {
      writes.forEach((name, at) => {
        for (let j = 0; j < after.length; j++) {
          expect(after[j].value(name), `${nameOf(name)} after ${j}`).toBe(j > k ? values[at] : undefined);
        }
      });
    });
    expect(after[0].cache.x.every(Number.isNaN)).toBe(true);
  });

  it('a trace has no step for the gradients of a node whose parameters are all fixed', () => {
    const builder = new GraphBuilder();
    builder.input('x');
    builder.node('b', { from: [], activation: tanh, fixed: { c: 1 } });
    builder.node('y', { from: ['x', 'b'], activation: tanh, fixed: { b: 0, c: 1, w: 2 } });
    builder.output('y');
    const whole = trace(new Network(builder.build()), [0.5], [1], mse());
    expect(whole.steps.every(({ writes }) => writes.length > 0)).toBe(true);
    expect(replay(whole).gradients).toEqual(whole.pass.gradients.vector);
  });

  it('replay throws for an invalid number of steps or an unknown name', () => {
    const whole = trace(articleNetwork(), [0.5], [10], mse());
    const errorWith = (code: string, message: string) => expect.objectContaining({ code, message }) as Error;
    expect(() => replay(whole, 27)).toThrow(
      errorWith('OUT_OF_RANGE', `steps: expected an integer from 0 to ${whole.steps.length}, received 27.`),
    );
    expect(() => replay(whole, 1.5)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }) as Error);
    expect(() => replay(whole).value({ quantity: 'h', node: '1' })).toThrow(
      errorWith('UNKNOWN_ID', 'Node "1" is an input: it has x and dloss/dx, but no h.'),
    );
  });

  it('replaying a trace of a chain of 10,000 nodes is bit-identical to the engine', () => {
    const builder = new GraphBuilder();
    let last = builder.input('0');
    for (let i = 1; i <= 10_000; i++) last = builder.node(String(i), { from: [last], activation: tanh });
    builder.output(last);
    const network = new Network(builder.build(), { initializer: () => 1 });
    const whole = trace(network, [0.5], [1], mse());
    expect(whole.steps.length).toBe(40_002);
    const { cache } = backpropagate(network, [0.5], [1], mse());
    expect(replay(whole).value({ quantity: 'dLossDx', node: '0' })).toBe(cache.dLossDx('0'));
  });
});
