import { sigmoid } from '@nnbp/activations';
import {
  backpropagate,
  GraphBuilder,
  Network,
  outputDerivatives,
  parameterGradients,
  slope,
  derivativeFromSuccessors,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { articleNetwork, golden } from '@nnbp/conformance';

/** Compares a number with the golden run, with a relative tolerance of 1e-12. */
function expectGolden(actual: number, expected: string): void {
  expect(Math.abs(actual - Number(expected))).toBeLessThanOrEqual(1e-12 * Math.abs(Number(expected)));
}

describe("the article's network", () => {
  for (const run of golden.runs) {
    test(`every number matches the golden run for input ${Number(run.input)} and target ${Number(run.target)}`, () => {
      const pass = backpropagate(articleNetwork(), [Number(run.input)], [Number(run.target)], mse());
      expectGolden(pass.loss, run.loss);
      for (const [id, node] of Object.entries(run.nodes)) {
        expectGolden(pass.cache.x(id), node.x);
        expectGolden(pass.cache.dLossDx(id), node.dloss_dx);
        if (node.h === undefined || node.g === undefined || node.slope === undefined) continue;
        expectGolden(pass.cache.h(id), node.h);
        expectGolden(pass.cache.g(id), node.g);
        expectGolden(pass.cache.slope(id), node.slope);
      }
      for (const [id, gradient] of Object.entries(run.gradients)) {
        const actual = pass.gradients.of(id);
        expectGolden(actual.b ?? NaN, gradient.b);
        expectGolden(actual.c ?? NaN, gradient.c);
        for (const [from, expected] of Object.entries(gradient.w)) expectGolden(actual.w[from], expected);
      }
    });
  }
});

test("at the article's output node, with x7 rounded to 7, dloss/dx is exactly -6 and all other numbers match", () => {
  const numbers = golden.article_output_node;
  const builder = new GraphBuilder();
  const from = ['4', '5', '6'].map((id) => builder.input(id));
  builder.output(builder.node('7', { from, activation: sigmoid }));
  const graph = builder.build();
  const network = new Network(graph, { initializer: () => 1 });
  network.setParameters('7', { b: 1 });
  const slots = graph.slots(network.parameters.vector);

  const { cache } = backpropagate(network, [4, 5, 6], [10], mse());
  const [sequence] = cache.sequences;
  const seven = graph.indexOf('7');
  const dLossDx = new Float64Array(1);
  outputDerivatives(mse(), Float64Array.of(7), Float64Array.of(10), dLossDx);
  expect(dLossDx[0]).toBe(-6);
  expect(mse().value([7], [10])).toBe(9);

  sequence.steps[0].dLossDx[seven] = dLossDx[0];
  slope(graph, slots, sequence, 0, seven);
  const gradients = new Float64Array(slots.length);
  parameterGradients(graph, sequence, 0, seven, gradients);
  expect(cache.h('7')).toBe(Number(numbers.h7));
  expectGolden(cache.g('7'), numbers.g7);
  // 1 - g cancels nearly all digits of g, so slope is exact only to 2⁻⁵², and a gradient is up to 6 · 6 times slope.
  const close = (actual: number, expected: string) =>
    expect(Math.abs(actual - Number(expected))).toBeLessThan(36 * 2 ** -52);
  close(cache.slope('7'), numbers.slope7);
  close(gradients[graph.biasIndex(seven)], numbers.dloss_db7);
  expectGolden(gradients[graph.scaleIndex(seven)], numbers.dloss_dc7);
  const [w4, w5, w6] = gradients.subarray(2);
  close(w4, numbers.dloss_dw['4']);
  close(w5, numbers.dloss_dw['5']);
  close(w6, numbers.dloss_dw['6']);
  for (const [id, expected] of [
    ['4', numbers.dloss_dx4],
    ['5', numbers.dloss_dx5],
    ['6', numbers.dloss_dx6],
  ]) {
    close(derivativeFromSuccessors(graph, slots, sequence, 0, graph.indexOf(id)), expected);
  }
});

test('the order of declaration does not change the loss or the gradients', () => {
  const passes = [articleNetwork(), articleNetwork(['7', '6', '5', '4', '3', '2'])].map((network) =>
    backpropagate(network, [0.5], [10], mse()),
  );
  expect(passes[0].loss).toBe(passes[1].loss);
  for (const id of ['2', '3', '4', '5', '6', '7'])
    expect(passes[0].gradients.of(id)).toEqual(passes[1].gradients.of(id));
});
