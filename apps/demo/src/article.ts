/** Part one of the demo: every number that the article's network computes. */
import { sigmoid } from '@nnbp/activations';
import { articleNetwork } from '@nnbp/conformance';
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
import { digits, heading, type Checks, say, table } from './screen.js';

/**
 * Computes the article's example at output node 7: x4, x5, x6 = 4, 5, 6, all parameters 1, and x7 = 7, as the article
 * assumes.
 */
export function articleOutputNode() {
  const builder = new GraphBuilder();
  const from = ['4', '5', '6'].map((id) => builder.input(id));
  builder.output(builder.node('7', { from, activation: sigmoid }));
  const graph = builder.build();
  const network = new Network(graph, { initializer: () => 1 });
  network.setParameters('7', { b: 1 });
  const slots = graph.slots(network.parameters.vector);
  const { cache } = backpropagate(network, [4, 5, 6], [10], mse());
  const [sequence] = cache.sequences;
  const [sample] = sequence.steps;
  const seven = graph.indexOf('7');
  const gradients = new Float64Array(slots.length);
  outputDerivatives(mse(), Float64Array.of(7), Float64Array.of(10), sample.dLossDx.subarray(seven));
  slope(graph, slots, sequence, 0, seven);
  parameterGradients(graph, sequence, 0, seven, gradients);
  const [b, c, w4, w5, w6] = gradients;
  return {
    h: sample.h[seven],
    g: sample.g[seven],
    slope: sample.slope[seven],
    dLossDx: sample.dLossDx[seven],
    dLossDx4: derivativeFromSuccessors(graph, slots, sequence, 0, graph.indexOf('4')),
    gradients: { b, c, w4, w5, w6 },
  };
}

/** Prints and checks the numbers of the article's network and of its example at node 7. */
export function article(checks: Checks): void {
  heading("1  The article's network: 1 → {2, 3} → {4, 5, 6} → 7, sigmoid, loss (x7 − t)²");
  const network = articleNetwork();
  const { graph } = network;
  const pass = backpropagate(network, [0.5], [10], mse());
  say(
    `Input 0.5, target 10, loss ${digits(pass.loss)}. Each node's two cached quantities are slope = c·g′(h) and dloss/dx.`,
  );
  table(
    ['node', 'h', 'g', 'x', 'slope', 'dloss/dx', 'dloss/db', 'dloss/dc', 'dloss/dw'],
    graph.ids.map((id, i) => {
      if (i < graph.inputCount) {
        return [`${id} (input)`, '', '', digits(pass.cache.x(id)), '', digits(pass.cache.dLossDx(id)), '', '', ''];
      }
      const { b = NaN, c = NaN, w } = pass.gradients.of(id);
      const weights = Object.entries(w).map(([from, gradient]) => `${from}: ${digits(gradient)}`);
      const numbers = [
        pass.cache.h(id),
        pass.cache.g(id),
        pass.cache.x(id),
        pass.cache.slope(id),
        pass.cache.dLossDx(id),
      ];
      return [id, ...[...numbers, b, c].map(digits), weights.join('\n')];
    }),
  );
  checks.expect(
    Math.abs(pass.loss - 59.54462196481796) < 1e-10,
    'The loss is 59.544622, which matches a computation with 50 digits.',
  );

  console.log();
  say(
    "The article's numbers at node 7: x4 = 4, x5 = 5, x6 = 6, b = c = w = 1, t = 10, and x7 = 7 as the article assumes. (A sigmoid cannot reach 7 with c = 1; only dloss/dx7 depends on x7.)",
  );
  const node = articleOutputNode();
  table(
    ['at node 7', 'the article', 'computed'],
    [
      ['dloss/dx7 = 2 (7 − 10)', '−6', digits(node.dLossDx)],
      ['h7 = 1 + 4 + 5 + 6', '16', digits(node.h)],
      ['g(h7)', 'g(16)', node.g.toPrecision(12)],
      ['slope7 = c g (1 − g)', 'g(16) (1 − g(16))', digits(node.slope)],
      ['dloss/db7', '−6 · slope7', digits(node.gradients.b)],
      ['dloss/dc7', '−6 · g(16)', digits(node.gradients.c)],
      ['dloss/dw4to7', '−6 · slope7 · 4', digits(node.gradients.w4)],
      ['dloss/dw5to7', '−6 · slope7 · 5', digits(node.gradients.w5)],
      ['dloss/dw6to7', '−6 · slope7 · 6', digits(node.gradients.w6)],
      ['dloss/dx4', '−6 · slope7 · w4to7', digits(node.dLossDx4)],
    ],
  );
  checks.expect(node.dLossDx === -6, 'dloss/dx7 is exactly −6.');
}
