/** Tests that networks keep their outputs and edges when they are exported to ONNX and imported again. */
import * as activations from '@nnbp/activations';
import { everyActivation } from '@nnbp/conformance';
import { GraphBuilder, mlp, Network, Random } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { expect, test } from 'vitest';
import { difference, randomNetwork, randomRows } from './onnx-models.js';

const { identity, tanh } = activations;

test('random graphs have the same outputs after a round trip', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  for (let k = 0; k < 60; k++) {
    const random = new Random(seed + k);
    const network = randomNetwork(random);
    const rows = randomRows(random, network.graph.inputCount);
    expect(difference(network, fromOnnx(toOnnx(network)), rows), `seed ${seed + k}`).toBeLessThan(1e-4);
  }
});

test.each(everyActivation.map((activation) => [activation.name, activation] as const))(
  'the activation %s is unchanged after a round trip',
  (_, activation) => {
    const network = new Network(mlp([3, 4, 2], { activation, fixed: { c: 1 } }), { seed: 7 });
    const back = fromOnnx(toOnnx(network));
    expect(back.graph.activations.map(({ name }) => name)).toEqual([activation.name]);
    expect(difference(network, back, randomRows(new Random(1), 3))).toBeLessThan(1e-6);
  },
);

test.each([activations.leakyRelu.negativeSlope(0.25), activations.elu.alpha(0.5), activations.sine.frequency(4)])(
  'the option of $name is unchanged after a round trip',
  (activation) => {
    const network = new Network(mlp([2, 3, 1], { activation }), { seed: 2 });
    expect(difference(network, fromOnnx(toOnnx(network)), randomRows(new Random(2), 2))).toBeLessThan(1e-6);
  },
);

test('a dense network keeps its layers, and the ids of inputs and outputs', () => {
  const { graph } = fromOnnx(toOnnx(new Network(mlp([2, 3, 2], { activation: tanh, fixed: { c: 1 } }), { seed: 1 })));
  expect(graph.ids).toEqual(['input.0', 'input.1', 'layer1.0', 'layer1.1', 'layer1.2', 'output.0', 'output.1']);
  expect(graph.edgeCount).toBe(12);
});

test('a round trip does not connect nodes that have no edge between them', () => {
  const builder = new GraphBuilder();
  const [x, y] = [builder.input('x'), builder.input('y')];
  const hidden = [x, y].map((from) => builder.node(`of ${from}`, { from: [from], activation: tanh }));
  builder.output(builder.node('z', { from: hidden, activation: identity }));
  const back = fromOnnx(toOnnx(new Network(builder.build(), { seed: 1 })));
  expect(back.graph.edgeCount).toBe(4);
  expect(back.graph.ids).toEqual(['x', 'y', 'layer1.0', 'layer2.0', 'z']);
});

test('a layer whose weights are all 0 keeps its edges', () => {
  const network = new Network(mlp([2, 2], { activation: identity }));
  network.parameters.vector.fill(0);
  expect(fromOnnx(toOnnx(network)).graph.edgeCount).toBe(4);
});

test('an input that is also an output stays separate from a node with the same value', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.output(
    x,
    builder.node('y', { from: [x], activation: identity }),
    builder.node('b', { from: [], activation: tanh }),
  );
  const network = new Network(builder.build());
  network.setParameters('y', { w: { x: 1 } });
  network.setParameters('b', { b: 0.5 });
  const back = fromOnnx(toOnnx(network));
  expect(back.predict([3])).toEqual([3, 3, expect.closeTo(Math.tanh(0.5), 6)]);
});
