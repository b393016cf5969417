import { tanh } from '@nnbp/activations';
import { articleNetwork } from '@nnbp/conformance';
import { type Activation, GraphBuilder, type Loss, mlp, Network } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import * as losses from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { builtinActivation, builtinLoss } from '../src/plugins.js';

const wave = (name: string): Activation => ({ name, value: Math.sin, derivative: Math.cos });
const cubic = (name: string): Loss =>
  losses.elementwise({
    name,
    value: (x, t) => Math.abs(x - t) ** 3,
    derivative: (x, t) => 3 * (x - t) * Math.abs(x - t),
  });
const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'NnbpError', code, message: expect.stringMatching(message) as string }) as Error;

function chainOf(activations: readonly Activation[]): Network {
  const builder = new GraphBuilder();
  let last = builder.input('0');
  for (const [k, activation] of activations.entries()) {
    last = builder.node(String(k + 1), { from: [last], activation });
  }
  builder.output(last);
  return new Network(builder.build(), { seed: 7 });
}

describe('a loss in the file', () => {
  const builtins: Loss[] = [
    ...Object.values(losses.lossRecords).map(({ make }) => make({})),
    losses.huber({ delta: 0.3 }),
  ];

  test.each(builtins.map((loss) => [loss.name, loss] as const))('the loss %s is loaded with its options', (_, loss) => {
    const loaded = load(save(articleNetwork(), { loss })).loss!;
    expect(loaded.builtin).toEqual(loss.builtin);
    const [x, t] = [[0.2], [1]];
    expect(loaded.value(x, t)).toBe(loss.value(x, t));
  });

  test('load uses a supplied custom loss', () => {
    const loss = cubic('cubic');
    const file = save(articleNetwork(), { loss });
    expect(load(file, { losses: [cubic('other'), loss] }).loss).toBe(loss);
    expect(() => load(file, { losses: [cubic('other')] })).toThrow(failure('MISSING_PLUGIN', /losses "cubic"/));
  });

  test('load returns no loss if none was saved', () => {
    expect(load(save(articleNetwork()))).not.toHaveProperty('loss');
  });
});

test('the error that load throws lists each missing function once', () => {
  const network = chainOf([wave('wave'), tanh, wave('tide'), tanh]);
  const file = save(network, { loss: cubic('cubic') });
  expect(() => load(file)).toThrow(failure('MISSING_PLUGIN', /activations "wave", "tide"; losses "cubic"/));
  expect(() => load(file, { activations: [wave('wave')], losses: [cubic('cubic')] })).toThrow(
    failure('MISSING_PLUGIN', /activations "tide"\. Pass them as the second argument: \{ activations: \[\.\.\.\] \}\./),
  );
});

test('a custom activation with the name of a built-in stays custom', () => {
  const network = chainOf([wave('tanh'), tanh]);
  for (const loaded of [
    load(save(network), { activations: [wave('tanh')] }).network,
    fromJson(toJson(network), { activations: [wave('tanh')] }),
  ]) {
    expect(loaded.predict([0.3])).toEqual(network.predict([0.3]));
  }
  // Without the custom activation, loading throws instead of using the built-in.
  expect(() => load(save(network))).toThrow(failure('MISSING_PLUGIN', /"tanh"/));
});

test('loaded nodes with the same activation share one activation object', () => {
  const { network } = load(save(new Network(mlp([2, 3, 3, 1], { activation: tanh }))));
  expect(network.graph.activations.filter(({ name }) => name === 'tanh')).toEqual([tanh]);
});

describe('unknown names in a file', () => {
  test.each(['no such thing', '__proto__', 'constructor', 'toString'])('the unknown name "%s" is rejected', (name) => {
    expect(() => builtinActivation(name)).toThrow(failure('MISSING_PLUGIN', /Expected one of: .*sigmoid/));
    expect(() => builtinLoss(name)).toThrow(failure('MISSING_PLUGIN', /Expected one of: .*mse/));
  });

  test('elementwise is not accepted as a loss', () => {
    expect(() => builtinLoss('elementwise')).toThrow(failure('MISSING_PLUGIN', /elementwise/));
  });

  test.each(['beta', '__proto__', 'constructor'])('the unknown option "%s" is rejected', (option) => {
    const options = Object.fromEntries([[option, 1]]);
    expect(() => builtinActivation('elu', options)).toThrow(failure('UNSUPPORTED', /has no option/));
    expect(() => builtinActivation('tanh', options)).toThrow(failure('UNSUPPORTED', /has no option/));
    expect(() => builtinLoss('huber', options)).toThrow(failure('UNSUPPORTED', /has no option/));
    expect(() => builtinLoss('mse', options)).toThrow(failure('UNSUPPORTED', /has no option/));
  });
});

test('a parameter that is not finite is rejected before it is saved', () => {
  const network = articleNetwork();
  network.parameters.vector[3] = NaN;
  expect(() => save(network)).toThrow(failure('NOT_FINITE', /parameters, position 3/));
  expect(() => toJson(network)).toThrow(failure('NOT_FINITE', /parameters, position 3/));
});
