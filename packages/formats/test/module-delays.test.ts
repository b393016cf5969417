/** Tests the JavaScript modules that `toModule` writes for networks with delays and aggregations. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { randomGeneralGraph } from '@nnbp/conformance';
import {
  type Aggregation,
  delayed,
  GraphBuilder,
  Network,
  NnbpError,
  predictSequence,
  Random,
  Standardization,
  stream,
} from '@nnbp/core';
import { toModule } from '@nnbp/formats';
import { lstm } from '@nnbp/layers';
import { expect, test } from 'vitest';

interface Module {
  predict(input: ArrayLike<number>): number[];
  predictSequence(inputs: ArrayLike<ArrayLike<number>>): number[][];
  stream(): { next(input: ArrayLike<number>): number[]; reset(): void; state: number[] };
}

const loaded = (js: string) =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(js)}`) as Promise<Module>;
const bits = (rows: number[][]) => new BigUint64Array(Float64Array.from(rows.flat()).buffer).join();

/** Returns the outputs of the network; undefined if a number overflows. */
function expected(network: Network, inputs: number[][]): number[][] | undefined {
  try {
    return predictSequence(network, inputs);
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'OVERFLOW') return undefined;
    throw error;
  }
}

test('for a random graph with delays, the outputs of the module and the engine are bit-identical', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const forms = { unrolled: 0, tables: 0 };
  for (let k = 0; k < 60; k++) {
    const random = new Random(seed + k);
    const graph = randomGeneralGraph(random, { nodes: k % 2 === 0 ? 20 : 200 });
    if (graph.stateSize === 0) continue;
    const network = new Network(graph, { seed: k });
    network.outputTransform = k % 5 === 0 ? 'sigmoid' : 'none';
    if (k % 3 === 0)
      network.inputScaler = new Standardization(
        graph.ids.slice(0, graph.inputCount).map(() => 0.25),
        graph.ids.slice(0, graph.inputCount).map(() => 2),
      );
    const inputs = Array.from({ length: 7 }, () =>
      Array.from({ length: graph.inputCount }, () => random.uniform() - 0.5),
    );
    const outputs = expected(network, inputs);
    if (outputs === undefined) continue;
    const { js } = toModule(network);
    forms[js.includes('const layers = [') ? 'tables' : 'unrolled']++;
    const module = await loaded(js);
    expect(bits(module.predictSequence(inputs)), `seed ${seed + k}`).toBe(bits(outputs));
    expect(bits([module.predict(inputs[0])]), `seed ${seed + k}`).toBe(bits([network.predict(inputs[0])]));
    const running = module.stream();
    expect(bits(inputs.map((input) => running.next(input))), `seed ${seed + k}`).toBe(bits(outputs));
  }
  expect(Math.min(forms.unrolled, forms.tables)).toBeGreaterThan(5);
});

test('a stream of a module exchanges its state with a stream of the network, and can be reset', async () => {
  const builder = new GraphBuilder();
  builder.output(...lstm(builder, { from: builder.inputs(2), units: 3 }));
  const network = new Network(builder.build(), { seed: 1 });
  const one = stream(network);
  one.next([0.5, 1]);
  const other = (await loaded(toModule(network).js)).stream();
  const start = other.state;
  other.state = one.state;
  expect(other.next([1, 2])).toEqual(one.next([1, 2]));
  expect(other.state).toEqual(one.state);
  other.reset();
  expect(other.state).toEqual(start);
  expect(() => (other.state = [1])).toThrow(new RangeError('expected a state of 6 numbers, received 1'));
});

test('toModule writes a gated recurrence as one line per node', () => {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('gate', { from: ['x', delayed('h')], activation: sigmoid, fixed: { c: 1 } });
  builder.node('h', {
    from: ['gate', delayed('h', 2)],
    activation: identity,
    aggregation: product,
    fixed: { b: 0, c: 1, w: 1 },
  });
  builder.output('h');
  const network = new Network(builder.build(), { initializer: () => 0.5 });
  const { js } = toModule(network);
  expect(js).toContain(`function step(input, s) {
  if (input.length !== 1) throw new RangeError(\`expected 1 number, received \${input.length}\`);
  const x0 = input[0]; // "x"
  const x1 = sigmoid(0 + 0.5 * x0 + 0.5 * s[0]); // "gate"
  const x2 = identity(0 + x1 * s[1]); // "h"
  s.copyWithin(1, 0, 1);
  s[0] = x2;
  return [x2];
}`);
});

test('toModule rejects a custom aggregation, and the error names its node', () => {
  const range: Aggregation = { name: 'range', value: (z) => z[0], derivative: (_z, _a, dAdz) => dAdz.fill(0) };
  const builder = new GraphBuilder();
  builder.output(builder.node('spread', { from: [builder.input('x')], activation: tanh, aggregation: range }));
  expect(() => toModule(new Network(builder.build()))).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/"spread".*"range"/) as string,
    }) as Error,
  );
});
