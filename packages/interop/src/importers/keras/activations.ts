/** Imports Keras activations. */
import {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  identity,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from '@nnbp/activations';
import type { Activation } from '@nnbp/core';
import type { JsonValue } from '@nnbp/formats/shared';

/** The function g(factor · h), where g is `activation`. */
export interface ScaledActivation {
  readonly activation: Activation;
  readonly factor: number;
}

const unscaled = (activation: Activation): ScaledActivation => ({ activation, factor: 1 });

const activationsByName: ReadonlyMap<string, Activation> = new Map([
  ['linear', identity],
  ['sigmoid', sigmoid],
  ['tanh', tanh],
  ['relu', relu],
  ['elu', elu],
  ['selu', selu],
  ['softplus', softplus],
  ['softsign', softsign],
  ['swish', silu],
  ['silu', silu],
  ['gelu', gelu],
  ['mish', mish],
  ['hard_sigmoid', hardSigmoid],
  ['hard_silu', hardSwish],
  ['hard_swish', hardSwish],
]);

/**
 * Reads the activation in the configuration of a layer. Default: the identity. Returns `'softmax'` for a softmax, which
 * is computed over all nodes of a layer.
 *
 * @param version - The Keras version.
 * @throws NnbpError `UNSUPPORTED`, `MALFORMED`
 */
export function activationIn(json: JsonValue, version: string): ScaledActivation | 'softmax' {
  if (!json.present) return unscaled(identity);
  // Keras writes some activations as objects.
  const name = typeof json.value === 'object' ? json.at('class_name').text() : json.text();
  if (name === 'softmax') return 'softmax';
  const activation =
    activationsByName.get(name) ??
    json.unsupported(`expected one of ${[...activationsByName.keys(), 'softmax'].join(', ')}.`);
  // Before Keras 3, hard_sigmoid is h / 5 + ½, clipped to [0, 1]. hardSigmoid is h / 6 + ½, as in Keras 3.
  return activation === hardSigmoid && !version.startsWith('3.') ? { activation, factor: 1.2 } : unscaled(activation);
}

/** Layers that are activations, by class name. */
export const activationLayers: ReadonlyMap<
  string,
  (config: JsonValue, version: string) => ScaledActivation | 'softmax'
> = new Map<string, (config: JsonValue, version: string) => ScaledActivation | 'softmax'>([
  ['Activation', (config, version) => activationIn(config.at('activation'), version)],
  ['Softmax', () => 'softmax'],
  ['ELU', (config) => unscaled(elu.alpha(firstNumber(config, ['alpha'], 1)))],
  ['LeakyReLU', (config) => unscaled(leakyRelu.negativeSlope(firstNumber(config, ['negative_slope', 'alpha'], 0.3)))],
  [
    'ReLU',
    (config) => {
      if (config.at('max_value').present) config.at('max_value').unsupported('a ReLU with a maximum is not supported.');
      if (firstNumber(config, ['threshold'], 0) !== 0)
        config.at('threshold').unsupported('a ReLU with a threshold other than 0 is not supported.');
      const slope = firstNumber(config, ['negative_slope'], 0);
      return unscaled(slope === 0 ? relu : leakyRelu.negativeSlope(slope));
    },
  ],
]);

/** Returns the number in the first entry that is present, or `fallback` if none is. */
function firstNumber(config: JsonValue, names: readonly string[], fallback: number): number {
  for (const name of names) if (config.at(name).present) return config.at(name).number();
  return fallback;
}
