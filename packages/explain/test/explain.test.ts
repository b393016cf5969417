import { relu, sigmoid, tanh } from '@nnbp/activations';
import {
  articleNetwork,
  everyActivation,
  everyLoss,
  golden,
  type GoldenParameters,
  type GoldenRun,
} from '@nnbp/conformance';
import {
  type Activation,
  backpropagate,
  type Graph,
  GraphBuilder,
  mlp,
  Network,
  type Pass,
  Random,
  Standardization,
} from '@nnbp/core';
import { elementwise, mse } from '@nnbp/losses';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { explain, nameOf, parseQuantity, type QuantityName, type Step } from '../src/index.js';
import { everyQuantity, outputInTheMiddle, randomSample, stepsOf } from './samples.js';

function engineNumber(pass: Pass, { quantity, node, from }: QuantityName): number {
  const { cache, gradients } = pass;
  switch (quantity) {
    case 'dLossDb':
      return gradients.of(node).b!;
    case 'dLossDc':
      return gradients.of(node).c!;
    case 'dLossDw':
      return gradients.of(node).w[from!];
    case 'dAdz':
      throw new Error('All nodes in this file sum their edges.');
    default:
      return cache[quantity](node);
  }
}

const expectGolden = (actual: number, expected: string) =>
  expect(Math.abs(actual - Number(expected))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Number(expected))));

const parametersOf = ({ b, c, w }: GoldenParameters, node: string): [string, string][] => [
  [`dloss/db_${node}`, b],
  [`dloss/dc_${node}`, c],
  ...Object.entries(w).map(([from, value]): [string, string] => [`dloss/dw_${from}to${node}`, value]),
];

describe('the golden runs', () => {
  it.each(golden.runs.map((run): [string, GoldenRun] => [run.input, run]))(
    'explain matches every golden number of the run with input %s',
    (_, run) => {
      const keyOf = { x: 'x', h: 'h', g: 'g', slope: 'slope', dLossDx: 'dloss_dx' } as const;
      let compared = 0;
      for (const [node, parameters] of Object.entries(run.gradients)) {
        for (const [name, expected] of parametersOf(parameters, node)) {
          const { root } = explain(articleNetwork(), [Number(run.input)], [Number(run.target)], mse(), name);
          expect(nameOf(root.quantity)).toBe(name);
          expectGolden(root.value, expected);
          for (const { quantity, value } of [...stepsOf(root)].slice(1)) {
            const key = keyOf[quantity.quantity as keyof typeof keyOf];
            expectGolden(value, run.nodes[quantity.node][key]!);
            compared++;
          }
        }
      }
      expect(compared).toBeGreaterThan(100);
    },
  );

  it("explain reproduces the article's numbers at the output node, with x7 rounded to 7 as in the article", () => {
    const builder = new GraphBuilder();
    const from = ['4', '5', '6'].map((id) => builder.input(id));
    builder.output(builder.node('7', { from, activation: sigmoid }));
    const network = new Network(builder.build(), { initializer: () => 1 });
    network.setParameters('7', { b: 1 });
    const asTheArticleAssumes = elementwise({
      name: 'article',
      value: (_, t) => (7 - t) ** 2,
      derivative: (_, t) => 2 * (7 - t),
    });
    const number = (what: string) => explain(network, [4, 5, 6], [10], asTheArticleAssumes, what).root.value;
    const article = golden.article_output_node;
    expect(number('dloss/dx_7')).toBe(-6);
    for (const [name, expected] of [
      ['h_7', article.h7],
      ['g_7', article.g7],
      ['slope_7', article.slope7],
      ['dloss/db_7', article.dloss_db7],
      ['dloss/dc_7', article.dloss_dc7],
      ['dloss/dx_4', article.dloss_dx4],
      ['dloss/dx_5', article.dloss_dx5],
      ['dloss/dx_6', article.dloss_dx6],
      ...Object.entries(article.dloss_dw).map(([id, value]): [string, string] => [`dloss/dw_${id}to7`, value]),
    ]) {
      // g(16) is so close to 1 that 1 − g has only seven correct digits.
      expect(Math.abs(number(name) / Number(expected) - 1)).toBeLessThan(1e-8);
    }
  });
});

describe("the engine's numbers", () => {
  it.each(everyLoss.map((loss): [string, (typeof everyLoss)[number]] => [loss.loss.name, loss]))(
    'every step of a derivation is bit-identical to the engine, with %s on random graphs',
    (_, lossCase) => {
      for (let seed = 1; seed <= 8; seed++) {
        const { network, input, target, loss } = randomSample(seed, { nodes: 40 }, lossCase);
        const pass = backpropagate(network, input, target, loss);
        const names = everyQuantity(network.graph);
        for (let k = 0; k < names.length; k += 5) {
          const { root } = explain(network, input, target, loss, names[k]);
          expect(root.quantity, `seed ${seed}`).toEqual(names[k]);
          expect(root.value, `seed ${seed}, ${nameOf(names[k])}`).toBe(engineNumber(pass, names[k]));
          const wrong = [...stepsOf(root)].filter(
            (step) => !isCaseOneTerm(step, network.graph) && !Object.is(step.value, engineNumber(pass, step.quantity)),
          );
          expect(
            wrong.map(({ quantity }) => nameOf(quantity)),
            `seed ${seed}, ${nameOf(names[k])}`,
          ).toEqual([]);
        }
      }
    },
    30_000,
  );

  it('a derivation does not change when the network changes', () => {
    const network = articleNetwork();
    const derivation = explain(network, [0.5], [10], mse(), 'dloss/db_2');
    const before = explain(network, [0.5], [10], mse(), 'dloss/db_2').text();
    network.setParameters('7', { b: -4, w: { 4: 9 } });
    expect(derivation.text()).toBe(before);
  });

  /**
   * Whether a step is the case 1 term of dloss/dx of an output with successors. The step that computes the complete
   * dloss/dx has the same name.
   */
  const isCaseOneTerm = (step: Step, graph: Graph) => {
    const i = graph.indexOf(step.quantity.node);
    return step.case === 1 && graph.successorStart[i + 1] > graph.successorStart[i];
  };
});

describe('the cases', () => {
  const caseOf = (what: string) => explain(articleNetwork(), [0.5], [10], mse(), what).root.case;

  it('dloss/dx is case 1 for an output and case 2 for other nodes; slopes and parameter derivatives are case 3', () => {
    expect(caseOf('dloss/dx_7')).toBe(1);
    for (const id of [1, 2, 3, 4, 5, 6]) expect(caseOf(`dloss/dx_${id}`)).toBe(2);
    for (const what of ['dloss/db_4', 'dloss/dc_4', 'dloss/dw_2to4', 'slope_4']) expect(caseOf(what)).toBe(3);
    for (const what of ['x_1', 'h_4', 'g_4', 'x_4']) expect(caseOf(what)).toBe('forward');
  });

  it('an output with successors is case 2, and its first term is case 1', () => {
    const { network, input, target, loss } = outputInTheMiddle();
    const { root } = explain(network, input, target, loss, 'dloss/dx_3');
    expect([root.case, root.summands]).toEqual([2, 2]);
    const [caseOne, dLossDx4, slope4] = root.terms;
    expect(caseOne).toMatchObject({ case: 1, quantity: { quantity: 'dLossDx', node: '3' }, state: 'computed' });
    // The loss is the mean over two outputs.
    expect(caseOne.value).toBe((2 * (caseOne.terms[0].value - 1)) / 2);
    expect(caseOne.formula).toContain('\\right)_{1} = 2 / 2 \\cdot (x_{3} - t_{3})');
    const w = network.getParameters('4').w[3];
    expect(root.value).toBe(caseOne.value + dLossDx4.value * slope4.value * w);
  });

  it('the derivative with respect to a shared weight is a sum over its edges, from the last node to the first', () => {
    const { network, input, target, loss } = outputInTheMiddle();
    const { cache } = backpropagate(network, input, target, loss);
    const { root } = explain(network, input, target, loss, { node: '3', parameter: 'w', from: '2' });
    expect(root.summands).toBe(3);
    expect(root.terms.map(({ quantity }) => nameOf(quantity))).toEqual(
      ['4', '3', '2'].flatMap((id) => [`dloss/dx_${id}`, `slope_${id}`, `x_${Number(id) - 1}`]),
    );
    let sum = 0;
    for (const id of ['4', '3', '2']) sum += cache.dLossDx(id) * cache.slope(id) * cache.x(String(Number(id) - 1));
    expect(root.value).toBe(sum);
  });

  it('the derivative with respect to an unused node is an empty sum', () => {
    const builder = new GraphBuilder();
    builder.input('used');
    builder.input('unused');
    builder.output(builder.node('only', { from: ['used'], activation: tanh }));
    const network = new Network(builder.build(), { seed: 1 });
    const { root, text } = explain(network, [1, 2], [0], mse(), 'dloss/dx_unused');
    expect(root).toMatchObject({ case: 2, value: 0, summands: 0, terms: [], numbers: '0' });
    expect(text()).toContain('case 2  dloss/dx_unused = 0');
  });
});

describe('computed or reused', () => {
  it('each quantity is computed once, where it occurs first, on random graphs', () => {
    let twiceInOneFormula = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { network, input, target, loss } = randomSample(seed, { nodes: 30 });
      const names = everyQuantity(network.graph);
      // Two edges into one node can share a weight.
      const shared = names.filter(
        (name) => name.quantity === 'dLossDw' && explain(network, input, target, loss, name).root.summands > 1,
      );
      for (const name of [names[1], ...shared]) {
        const { root } = explain(network, input, target, loss, name);
        const nodes = root.terms.filter(({ quantity: { quantity } }) => quantity === 'slope').map(nodeOf);
        if (new Set(nodes).size < nodes.length) twiceInOneFormula++;
        const seen = new Set<string>();
        for (const step of stepsOf(root)) {
          const key = `${nameOf(step.quantity)} ${step.formula}`;
          expect(step.state, `seed ${seed}, ${key}`).toBe(seen.has(key) ? 'reused' : 'computed');
          seen.add(key);
        }
      }
    }
    expect(twiceInOneFormula).toBeGreaterThan(5);
  });

  const nodeOf = ({ quantity: { node } }: Step) => node;

  it('everything below a reused step is reused', () => {
    const { root } = explain(articleNetwork(), [0.5], [10], mse(), 'dloss/dx_2');
    // The terms are dloss/dx_4, slope_4, dloss/dx_5, slope_5, …. The first term of dloss/dx_5 is dloss/dx_7,
    // which also occurs in dloss/dx_4.
    const again = root.terms[2].terms[0];
    expect(nameOf(again.quantity)).toBe('dloss/dx_7');
    expect([...stepsOf(root)].filter(({ quantity }) => nameOf(quantity) === 'dloss/dx_7').length).toBe(3);
    expect([again, ...again.terms].map(({ state }) => state)).toEqual(['reused', 'reused']);
  });

  it('the property `terms` returns the same steps each time', () => {
    const { root } = explain(articleNetwork(), [0.5], [10], mse(), 'dloss/dx_2');
    expect(root.terms).toBe(root.terms);
  });
});

describe('what to explain', () => {
  const network = articleNetwork();
  const quantityOf = (what: Parameters<typeof explain>[4]) => explain(network, [0.5], [10], mse(), what).root.quantity;

  it('explain takes a name, a parameter or a quantity', () => {
    const w = { quantity: 'dLossDw', node: '4', from: '2' } as const;
    expect(quantityOf('dloss/dw_2to4')).toEqual(w);
    expect(quantityOf({ node: '4', parameter: 'w', from: '2' })).toEqual(w);
    expect(quantityOf(w)).toEqual(w);
    expect(quantityOf({ node: '4', parameter: 'b' })).toEqual({ quantity: 'dLossDb', node: '4' });
    expect(quantityOf({ node: '4', parameter: 'c' })).toEqual({ quantity: 'dLossDc', node: '4' });
  });

  it('parseQuantity reads every name that nameOf writes, on random graphs', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { graph } = randomSample(seed).network;
      for (const quantity of everyQuantity(graph)) expect(parseQuantity(graph, nameOf(quantity))).toEqual(quantity);
    }
  });

  it('explain throws for quantities that the network does not have', () => {
    const expectRejected = (what: Parameters<typeof explain>[4], code: string, sentence: string) => {
      const error = errorOf(() => quantityOf(what));
      expect([error.code, error.message]).toEqual([code, sentence]);
    };
    expectRejected('dloss/dx_8', 'UNKNOWN_ID', 'The graph has no node "8".');
    expectRejected('h_1', 'UNKNOWN_ID', 'Node "1" is an input: it has x and dloss/dx, but no h.');
    expectRejected(
      { node: '1', parameter: 'b' },
      'UNKNOWN_ID',
      'Node "1" is an input: it has x and dloss/dx, but no dloss/db.',
    );
    expectRejected(
      'dloss/dw_1to7',
      'UNKNOWN_ID',
      'No edge is named "1to7": expected FROMtoNODE with the ids of an edge\'s two nodes.',
    );
    expectRejected({ node: '7', parameter: 'w', from: '1' }, 'UNKNOWN_ID', 'Node "7" has no edge from "1".');
    expectRejected(
      { node: '7', parameter: 'w' } as never,
      'UNKNOWN_ID',
      'Node "7": expected the id of a predecessor as `from`, received nothing.',
    );
    expectRejected(
      { node: '7', parameter: 'h' } as never,
      'UNKNOWN_ID',
      'parameter: expected "b", "c" or "w", received "h".',
    );
    expectRejected(
      'the gradient of 4',
      'UNKNOWN_ID',
      '"the gradient of 4" is not the name of a quantity: expected dloss/dw_ or dA/dz_ followed by FROMtoNODE, or dloss/db_, dloss/dc_, dloss/dx_, slope_, x_, h_ or g_ followed by the id of a node.',
    );
  });

  it('explain throws for a fixed c', () => {
    const fixed = new Network(mlp([1, 1], { activation: relu, fixed: { c: 1 } }));
    const error = errorOf(() => explain(fixed, [1], [1], mse(), 'dloss/dc_output.0'));
    expect([error.code, error.message]).toEqual([
      'FIXED_PARAMETER',
      'c of node "output.0" is fixed: a constant has no derivative.',
    ]);
  });

  it('parseQuantity finds the edge if ids contain "to", and throws if the name is ambiguous', () => {
    const builder = new GraphBuilder();
    for (const id of ['a', 'atob']) builder.input(id);
    for (const [id, from] of [
      ['c', 'atob'],
      ['btoc', 'a'],
      ['totot', 'a'],
    ])
      builder.output(builder.node(id, { from: [from], activation: relu }));
    const graph = builder.build();
    expect(parseQuantity(graph, 'dloss/dw_atototot')).toEqual({ quantity: 'dLossDw', node: 'totot', from: 'a' });
    expect(errorOf(() => parseQuantity(graph, 'dloss/dw_atobtoc')).message).toBe(
      '"atobtoc" is ambiguous. It names 2 edges: "a" to "btoc", "atob" to "c". Pass { quantity: \'dLossDw\', node, from }.',
    );
  });

  it('explain throws for an invalid sample', () => {
    expect(errorOf(() => explain(network, [1, 2], [10], mse(), 'x_1')).code).toBe('WRONG_LENGTH');
    expect(errorOf(() => explain(network, [NaN], [10], mse(), 'x_1')).code).toBe('NOT_FINITE');
  });
});

describe('large graphs', () => {
  it('explain derives a chain of 10,000 nodes without a stack overflow', () => {
    const builder = new GraphBuilder();
    let last = builder.input('0');
    for (let i = 1; i <= 10_000; i++) last = builder.node(String(i), { from: [last], activation: tanh });
    builder.output(last);
    const network = new Network(builder.build(), { initializer: () => 1.01 });
    const derivation = explain(network, [0.5], [1], mse(), 'dloss/dx_0');
    let step: Step = derivation.root;
    let depth = 0;
    for (; step.case === 2; step = step.terms[0]) depth++;
    expect(depth).toBe(10_000);
    expect([step.case, step.quantity.node, step.state]).toEqual([1, '10000', 'computed']);
    for (; step.terms.length > 0; step = step.terms[step.terms.length - 1]) depth++;
    // One step for x of the output; then, for every node, one each for g, h and the predecessor's x.
    expect([depth, nameOf(step.quantity), step.value]).toEqual([40_001, 'x_0', 0.5]);
    for (const text of [derivation.text(), derivation.markdown(), derivation.latex()]) {
      expect(text.length).toBeLessThan(100_000);
      expect(text).toContain('not expanded');
    }
    expect(explain(network, [0.5], [1], mse(), 'dloss/db_10000').text()).toContain('earlier steps omitted');
    expect(derivation.text({ steps: 1, depth: 1 }).split('\n').length).toBeLessThan(20);
    // A higher limit shows everything: a line for x_0, and one each for h, g and x of 10,000 nodes.
    const whole = explain(network, [0.5], [1], mse(), 'x_10000').text({ steps: 30_001 });
    expect(whole.split('\n').length).toBe(3 + 30_001);
  }, 30_000);

  it('explain creates only the steps that are read, on a graph of 100,000 edges', () => {
    const builder = new GraphBuilder();
    const random = new Random(1);
    let derivatives = 0;
    const counting: Activation = { ...tanh, derivative: (h, g) => ++derivatives && tanh.derivative(h, g) };
    const ids = Array.from({ length: 100 }, (_, k) => builder.input(`in ${k}`));
    for (let i = 0; i < 5_000; i++) {
      const from = new Set(ids.slice(-1));
      while (from.size < 20) from.add(ids[Math.floor(random.uniform() * ids.length)]);
      ids.push(builder.node(`node ${i}`, { from: [...from], activation: counting }));
    }
    builder.output(ids[ids.length - 1]);
    const network = new Network(builder.build(), { seed: 2 });
    expect(network.graph.edgeCount).toBe(100_000);
    const input = Array.from({ length: 100 }, () => random.uniform());
    const { cache } = backpropagate(network, input, [1], mse());
    derivatives = 0;
    const derivation = explain(network, input, [1], mse(), 'dloss/dx_in 0');
    const { root } = derivation;
    expect(root.value).toBe(cache.dLossDx('in 0'));
    expect(root.summands).toBeGreaterThan(50);
    // The pass evaluates g'(h) once for each node, and the step that computes the slope of a node evaluates it again.
    expect(derivatives).toBe(5_000);
    expect(root.terms.length).toBe(2 * root.summands);
    expect(derivatives).toBe(5_000 + root.summands);
    for (const step of root.terms)
      expect(step.value).toBe(cache[step.quantity.quantity as 'slope'](step.quantity.node));
    // The graph is deep: the steps below the first term include most of the other terms.
    expect(root.terms[0].state).toBe('computed');
    expect(root.terms[root.terms.length - 1].state).toBe('reused');
    const text = derivation.text({ maxTerms: 3, depth: 3, steps: 20 });
    expect(text).toContain(`… [${root.summands - 3}] …`);
    expect(text).toContain(`… ${root.summands - 3} more terms, not expanded`);
    expect(text.split('\n').length).toBeLessThan(300);
  }, 30_000);
});

describe('standardized data', () => {
  it('a derivation shows how inputs are standardized, and states that targets and loss are in standardized units', () => {
    const network = new Network(mlp([1, 1], { activation: tanh }), { seed: 1 });
    network.inputScaler = new Standardization([10], [4]);
    network.outputScaler = new Standardization([100], [20]);
    const derivation = explain(network, [16], [110], mse(), { node: 'output.0', parameter: 'b' });
    expect(derivation.text()).toContain(`
x_input.0 = (value_input.0 - mean_input.0) / deviation_input.0
          = (16 - 10) / 4
          = 1.5
`);
    for (const text of [derivation.text(), derivation.markdown(), derivation.latex()]) {
      expect(text).toContain('Targets and loss are in standardized units.');
    }
    expect(derivation.text()).toContain(' - 0.5)');
    expect(derivation.text({ language: 'zh' })).toContain('目标值 t 与 loss 均为标准化后的值。');
  });
});

it('explain is bit-identical to the engine for every activation', () => {
  for (const activation of everyActivation) {
    const network = new Network(mlp([1, 2, 1], { activation }), { seed: 5 });
    const pass = backpropagate(network, [0.7], [1], mse());
    const { root } = explain(network, [0.7], [1], mse(), { node: 'layer1.0', parameter: 'b' });
    expect(root.value, activation.name).toBe(pass.gradients.of('layer1.0').b);
  }
});
