/** Tests explanations and traces of networks that have delays or aggregations. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { logSumExp, max, mean, median, product } from '@nnbp/aggregations';
import {
  backpropagate,
  backpropagateSequence,
  delayed,
  GraphBuilder,
  Network,
  NnbpError,
  type Row,
  Standardization,
  unroll,
} from '@nnbp/core';
import { lstm } from '@nnbp/layers';
import { huber, mse } from '@nnbp/losses';
import { describe, expect, it } from 'vitest';
import {
  explain,
  explainSequence,
  type Language,
  nameOf,
  paths,
  replay,
  type Step,
  trace,
  traceSequence,
} from '../src/index.js';

/** h(t) = 2 · x(t) + 2 · h(t − 1). */
function recurrence(): Network {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), delayed('h')];
  builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
  return new Network(builder.build(), { initializer: () => 2 });
}

function lstmNetwork(): Network {
  const builder = new GraphBuilder();
  const from = builder.inputs(2, 'x');
  builder.output(
    ...builder.layer(1, { from: lstm(builder, { from, units: 2, name: 'm' }), activation: sigmoid, name: 'y' }),
  );
  return new Network(builder.build(), { seed: 3 });
}

const inputs: Row[] = [
  [0.5, -1],
  [1, 0.25],
  [-0.5, 2],
];
const targets: (Row | null)[] = [null, [1], [0]];

function distinctSteps(root: Step): Step[] {
  const found = new Map<string, Step>();
  const queue = [root];
  for (const step of queue) {
    const key = `${step.formula} ${step.case}`;
    if (found.has(key)) continue;
    found.set(key, step);
    queue.push(...step.terms);
  }
  return [...found.values()];
}

describe('an explanation through time', () => {
  it('explainSequence is bit-identical to the engine for every parameter, and so is every step of a derivation', () => {
    const network = lstmNetwork();
    const pass = backpropagateSequence(network, inputs, targets, mse());
    for (const id of network.graph.ids.slice(network.graph.inputCount)) {
      const { b, c, w } = pass.gradients.of(id);
      const valueOf = (what: Parameters<typeof explain>[4]) =>
        explainSequence(network, inputs, targets, mse(), what).root.value;
      if (b !== undefined) expect(valueOf(`dloss/db_${id}`)).toBe(b);
      if (c !== undefined) expect(valueOf({ node: id, parameter: 'c' })).toBe(c);
      for (const [from, gradient] of Object.entries(w))
        expect(valueOf({ node: id, parameter: 'w', from })).toBe(gradient);
    }
    const { root } = explainSequence(network, inputs, targets, mse(), {
      node: 'm.f.1',
      parameter: 'w',
      from: 'm.0@-1',
    });
    const steps = distinctSteps(root);
    expect(steps.length).toBeGreaterThan(100);
    for (const { quantity, value } of steps.slice(1)) {
      const [, id, step] = /^(.*)@(-?\d+)$/.exec(quantity.node)!;
      if (Number(step) < 0) expect(value).toBe(0);
      else if (quantity.quantity === 'dLossDx' && id.startsWith('y')) continue;
      else expect(value, quantity.node).toBe(pass.cache[quantity.quantity as 'x'](id, 0, Number(step)));
    }
  });

  it('dloss/dw is written as a sum over time, divided by the number of steps with a target', () => {
    const { root, text } = explainSequence(recurrence(), [[1], [3]], [[1], [5]], mse(), 'dloss/dw_htoh');
    // h(0) = 2, h(1) = 10: dloss/dh(1) = 2·5, dloss/dh(0) = 2·1 + 10·2.
    expect(root.value).toBe((10 * 2 + 22 * 0) / 2);
    const written = text();
    expect(written).toContain('dloss/dx_h@1 · slope_h@1 · x_h@0 + dloss/dx_h@0 · slope_h@0 · x_h@-1) / 2');
    expect(written).toContain('(10 · 1 · 2 + 22 · 1 · 0) / 2');
    expect(written).toContain('dloss/dx_h@1 · slope_h@1 · w_htoh');
    expect(written).toContain('x_h@-1 = 0');
  });

  it('explainSequence writes text, Markdown and LaTeX in English and Chinese', () => {
    const derivation = explainSequence(lstmNetwork(), inputs, targets, mse(), 'dloss/db_m.f.0');
    for (const language of ['en', 'zh'] as Language[]) {
      const word = language === 'en' ? 'case 2' : '场景 2';
      for (const written of [
        derivation.text({ language }),
        derivation.markdown({ language }),
        derivation.latex({ language }),
      ]) {
        expect(written).toContain(word);
        expect(written).not.toContain('undefined');
      }
    }
    expect(derivation.text()).toContain('x_m.c.0@1');
    expect(derivation.latex()).toContain('\\text{m.c.0@1}');
  });

  it('case 1 uses the loss of one step, in standardized units', () => {
    const network = recurrence();
    network.outputScaler = new Standardization([1], [2]);
    network.inputScaler = new Standardization([1], [2]);
    const { root, text } = explainSequence(network, [[1], [3]], [[3], [5]], huber(), 'dloss/dx_h@1');
    expect(root.case).toBe(1);
    expect(root.value).toBe(backpropagateSequence(network, [[1], [3]], [[3], [5]], huber()).cache.dLossDx('h', 0, 1));
    expect(text()).toContain('x_x@1 = (value_x@1 - mean_x@1) / deviation_x@1 = (3 - 1) / 2');
  });

  it('a weight name includes the delay if two edges connect the same nodes', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node('y', { from: [builder.input('x'), delayed('x'), delayed('x', 2)], activation: tanh }));
    const network = new Network(builder.build(), { seed: 1 });
    const pass = backpropagateSequence(network, [[1], [2], [3]], [null, null, [0]], mse());
    const valueOf = (name: string) =>
      explainSequence(network, [[1], [2], [3]], [null, null, [0]], mse(), name).root.value;
    expect(valueOf('dloss/dw_xtoy')).toBe(pass.gradients.of('y').w.x);
    expect(valueOf('dloss/dw_x@-2toy')).toBe(pass.gradients.of('y').w['x@-2']);
  });

  it('a weight name without a delay is rejected if several delayed edges connect the same nodes', () => {
    const builder = new GraphBuilder();
    builder.input('x');
    builder.output(builder.node('y', { from: [delayed('x'), delayed('x', 2)], activation: tanh }));
    const network = new Network(builder.build(), { seed: 1 });
    const explaining = () => explainSequence(network, [[1]], [[1]], mse(), { node: 'y', parameter: 'w', from: 'x' });
    expect(explaining).toThrow('Node "y" has several edges from "x": add the delay to the id, as in "x@-1".');
  });

  it('explainSequence throws for unknown quantities and for sequences without targets, and explain throws for delays', () => {
    const explaining = (what: Parameters<typeof explain>[4]) => () =>
      explainSequence(recurrence(), [[1]], [[1]], mse(), what);
    expect(explaining('x_h@1')).toThrow(NnbpError);
    expect(explaining('dloss/db_h')).toThrow('b of node "h" is fixed: a constant has no derivative.');
    expect(explaining({ node: 'h', parameter: 'w', from: 'h@-2' })).toThrow('Node "h" has no edge from "h@-2".');
    expect(() => explain(recurrence(), [1], [1], mse(), 'x_h')).toThrow('explainSequence');
    expect(() => explainSequence(recurrence(), [[1]], [null], mse(), 'x_h@0')).toThrow('at least one step');
  });
});

describe('nodes with aggregations other than the sum', () => {
  const builder = new GraphBuilder();
  const from = [builder.input('a'), builder.input('b')];
  builder.node('p', { from, activation: identity, aggregation: product, fixed: { b: 0, c: 1 } });
  builder.node('m', { from: ['p', 'a'], activation: identity, aggregation: max, fixed: { c: 3 }, shared: { b: 's' } });
  builder.output(
    builder.node('y', { from: ['m', 'p'], activation: identity, fixed: { w: { p: 1 } }, shared: { b: 's' } }),
  );
  const network = new Network(builder.build(), { initializer: () => 2 });
  const derivation = (what: string) => explain(network, [3, 5], [1], mse(), what);

  it('a product is written as its factors, and its derivative as the other factors', () => {
    expect(derivation('h_p').text()).toContain('h_p = w_atop · x_a · w_btop · x_b = 2 · 3 · 2 · 5 = 60');
    expect(derivation('dloss/dw_atop').text()).toContain('dloss/dx_p · slope_p · w_btop · x_b · x_a');
  });

  it('a maximum is written as max(…), and its derivative as dA/dz', () => {
    expect(derivation('h_m').text()).toContain('h_m = b_m + max(w_ptom · x_p, w_atom · x_a) = 0 + max(2 · 60, 2 · 3)');
    expect(derivation('dloss/dx_p').text()).toContain('dA/dz_ptom');
    expect(derivation('dloss/dx_p').latex()).toContain('\\frac{\\partial A}{\\partial z_{p \\to m}}');
  });

  it.each([
    [max, '[w_btoy · x_b = max(w_atoy · x_a, w_btoy · x_b)]', '[2 · 4 = max(2 · 3, 2 · 4)]'],
    [mean, '1 / 2', '= 0.5'],
    [logSumExp, 'exp(w_btoy · x_b - logSumExp(w_atoy · x_a, w_btoy · x_b))', 'exp(2 · 4 - logSumExp(2 · 3, 2 · 4))'],
    [median, 'dmedian/dz_btoy(w_atoy · x_a, w_btoy · x_b)', 'dmedian/dz_btoy(2 · 3, 2 · 4)'],
  ])(
    'dA/dz of $name is written with its formula, and is bit-identical to the engine',
    (aggregation, symbols, values) => {
      const builder = new GraphBuilder();
      const inputs = [builder.input('a'), builder.input('b')];
      builder.output(builder.node('y', { from: inputs, aggregation, activation: identity }));
      const network = new Network(builder.build(), { initializer: () => 2 });
      const { cache } = backpropagate(network, [3, 4], [20], mse());
      const derivation = explain(network, [3, 4], [20], mse(), 'dloss/dw_btoy');
      const step = derivation.root.terms.find(({ quantity }) => quantity.quantity === 'dAdz')!;
      expect(step.quantity).toEqual({ quantity: 'dAdz', node: 'y', from: 'b' });
      expect(step.value).toBe(cache.samples[0].aggregated!.dAdz[1]);
      expect(derivation.text()).toContain(`dA/dz_btoy = ${symbols}`);
      expect(derivation.text()).toContain(values);
      expect(explain(network, [3, 4], [20], mse(), 'dA/dz_btoy').root.value).toBe(step.value);
      // dA/dz is available once h has been computed.
      const traced = trace(network, [3, 4], [20], mse());
      expect(replay(traced, 2).value(step.quantity)).toBeUndefined();
      expect(replay(traced, 3).value(step.quantity)).toBe(step.value);
    },
  );

  it('dA/dz is not a quantity of a node that sums or multiplies', () => {
    expect(() => derivation('dA/dz_mtoy')).toThrow(
      'Node "y" has no quantity dA/dz: it sums its edges, so dA/dz is always 1.',
    );
    expect(() => derivation('dA/dz_atop')).toThrow(
      'Node "p" has no quantity dA/dz: it multiplies its edges, so dA/dz is the product of the other factors.',
    );
  });

  it('each step of a sequence has its own dA/dz', () => {
    const builder = new GraphBuilder();
    const from = [builder.input('x'), delayed('h')];
    builder.output(builder.node('h', { from, activation: identity, aggregation: max, fixed: { b: 0, c: 1 } }));
    const network = new Network(builder.build(), { initializer: () => 2 });
    const derivation = explainSequence(network, [[1], [5], [2]], [null, null, [7]], mse(), 'dloss/dw_htoh');
    expect(derivation.text()).toContain('dA/dz_h@1toh@2 = [w_htoh · x_h@1 = max(w_xtoh · x_x@2, w_htoh · x_h@1)]');
    const values = derivation.root.terms
      .filter(({ quantity }) => quantity.quantity === 'dAdz')
      .map(({ value }) => value);
    expect(values).toEqual([1, 0, 0]);
  });

  it('a fixed parameter is written unless it is 1 or 0', () => {
    expect(derivation('x_m').text()).toContain('x_m = c_m · g_m = 3 · 120');
    expect(derivation('h_y').text()).toContain('h_y = b_y + w_mtoy · x_m + x_p');
  });

  it('the derivative with respect to a shared bias is a sum over its nodes', () => {
    const { b } = backpropagate(network, [3, 5], [1], mse()).gradients.of('m');
    const { root } = derivation('dloss/db_m');
    expect(root.value).toBe(b);
    expect(root.summands).toBe(2);
    expect(() => derivation('dloss/db_p')).toThrow('fixed');
  });

  it('a trace of a graph with aggregations is bit-identical to the engine', () => {
    const traced = trace(network, [3, 5], [1], mse());
    const { cache, gradients } = replay(traced);
    expect(gradients).toEqual(traced.pass.gradients.vector);
    expect(cache.dLossDx).toEqual(traced.pass.cache.samples[0].dLossDx);
  });

  it('paths() counts one more multiplication for a product than for a sum, and rejects graphs with delays', () => {
    expect(paths(network, 'a', 'y')).toEqual(paths(network.graph, 'a', 'y'));
    expect(paths(network, 'a', 'p').naiveMultiplications).toBe(3n);
    expect(() => paths(recurrence(), 'x', 'h')).toThrow('Pass unroll(graph, steps)');
    expect(paths(unroll(recurrence().graph, 3), 'x@0', 'h@2').paths).toBe(1n);
  });
});

describe('a trace through time', () => {
  it('traceSequence is bit-identical to the engine at every step, and its final sums are the gradients', () => {
    const network = lstmNetwork();
    const pass = backpropagateSequence(network, inputs, targets, mse());
    const traced = traceSequence(network, inputs, targets, mse());
    expect(replay(traced).gradients).toEqual(pass.gradients.vector);
    const values = new Map(
      traced.steps.flatMap(({ writes, values }) => writes.map((name, k) => [nameOf(name), values[k]])),
    );
    for (const id of network.graph.ids) {
      for (const t of inputs.keys()) {
        expect(values.get(`x_${id}@${t}`)).toBe(pass.cache.x(id, 0, t));
        expect(values.get(`dloss/dx_${id}@${t}`)).toBe(pass.cache.dLossDx(id, 0, t));
      }
    }
  });

  it('traceSequence writes the derivative with respect to a parameter once per step, as the sum so far', () => {
    const { steps } = traceSequence(recurrence(), [[1], [3]], [[1], [5]], mse());
    const sums = steps.flatMap(({ writes, values }) =>
      writes.flatMap(({ quantity, from }, k) =>
        quantity === 'dLossDw' && from?.startsWith('h') === true ? [[from, values[k]]] : [],
      ),
    );
    // The terms are 10 · 2 at step 1, then 22 · 0 at step 0, each divided by 2, the number of targets.
    expect(sums).toEqual([
      ['h@0', 10],
      ['h@-1', 10],
    ]);
  });

  it('trace throws for a graph with delays, and the error names traceSequence', () => {
    expect(() => trace(recurrence(), [1], [1], mse())).toThrow('traceSequence');
  });
});
