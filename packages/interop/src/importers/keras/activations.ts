/** The activations of Keras by its names. */
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

/** g, and the factor of its h. */
export interface Rule {
  readonly activation: Activation;
  readonly factor: number;
}

const one = (activation: Activation): Rule => ({ activation, factor: 1 });

const named: ReadonlyMap<string, Activation> = new Map([
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
 * The activation in a layer's configuration; `'softmax'` is one over all nodes of a layer.
 *
 * @param version - Of Keras.
 * @throws NnbpError `UNSUPPORTED`, `MALFORMED`
 */
export function activationIn(json: JsonValue, version: string): Rule | 'softmax' {
  if (!json.present) return one(identity);
  // Keras writes some as objects.
  const name = typeof json.value === 'object' ? json.at('class_name').text() : json.text();
  if (name === 'softmax') return 'softmax';
  const activation = named.get(name) ?? json.unsupported(`supported are ${[...named.keys(), 'softmax'].join(', ')}.`);
  // h / 5 + ½, cut off at 0 and 1; ours has a sixth. Keras 3 has a sixth too.
  return activation === hardSigmoid && !version.startsWith('3.') ? { activation, factor: 1.2 } : one(activation);
}

/** Layers that are an activation, by their class. */
export const activationLayers: ReadonlyMap<string, (config: JsonValue, version: string) => Rule | 'softmax'> = new Map<
  string,
  (config: JsonValue, version: string) => Rule | 'softmax'
>([
  ['Activation', (config, version) => activationIn(config.at('activation'), version)],
  ['Softmax', () => 'softmax'],
  ['ELU', (config) => one(elu.alpha(either(config, ['alpha'], 1)))],
  ['LeakyReLU', (config) => one(leakyRelu.negativeSlope(either(config, ['negative_slope', 'alpha'], 0.3)))],
  [
    'ReLU',
    (config) => {
      if (config.at('max_value').present) config.at('max_value').unsupported('a ReLU with a maximum is not supported.');
      if (either(config, ['threshold'], 0) !== 0)
        config.at('threshold').unsupported('a ReLU with a threshold other than 0 is not supported.');
      const slope = either(config, ['negative_slope'], 0);
      return one(slope === 0 ? relu : leakyRelu.negativeSlope(slope));
    },
  ],
]);

/** The first of these entries that is present. */
function either(config: JsonValue, names: readonly string[], fallback: number): number {
  for (const name of names) if (config.at(name).present) return config.at(name).number();
  return fallback;
}
