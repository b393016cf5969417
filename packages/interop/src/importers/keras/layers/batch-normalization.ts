import { identity } from '@nnbp/activations';
import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import { expectLastAxis, isOn } from './checks.js';

/** Reads a batch normalization layer, which computes γ (x − mean) / √(variance + ε) + β for each channel. */
export function batchNormalization(context: Context, layer: Applied, values: Values): Values {
  const { name, config, json } = layer;
  const { shape, ids, unfinished } = values;
  const channels = shape.at(-1) ?? json.throwExpected('a row of numbers as its input');
  expectLastAxis(layer, values);
  const epsilon = config.at('epsilon').present ? config.at('epsilon').number() : 1e-3;
  const array = (part: string) => context.array(layer, part, [channels]);
  const gamma = isOn(config, 'scale') ? array('gamma') : undefined;
  const beta = isOn(config, 'center') ? array('beta') : undefined;
  const [mean, variance] = [array('moving_mean'), array('moving_variance')];
  const factors = Array.from(mean, (_, k) => (gamma?.[k] ?? 1) / Math.sqrt(variance[k] + epsilon));
  const b = (u: number) => (beta?.[u % channels] ?? 0) - factors[u % channels] * mean[u % channels];
  const factor = (u: number) => factors[u % channels];
  // If possible, the factor and b are folded into the nodes of the previous layer. Nodes that share weights then need
  // the same factor, so there must be as many filters as channels.
  if (unfinished !== undefined && (unfinished.filters ?? channels) === channels) {
    const { w, b: previousB } = unfinished;
    unfinished.w = (u) => Array.from(w(u), (weight) => factor(u) * weight);
    unfinished.b = (u) => factor(u) * previousB(u) + b(u);
    return context.finishIfShared(layer, values);
  }
  const computed = context.add({
    ids: context.ids(json, name, ids.length),
    from: (u) => [ids[u]],
    w: (u) => [factor(u)],
    b,
    ...(ids.length > channels && {
      shared: (u) => ({ b: `${name}.b${u % channels}`, w: [`${name}.w${u % channels}`] }),
      filters: channels,
    }),
    scaledActivation: { activation: identity, factor: 1 },
  });
  return context.finishIfShared(layer, { shape, ids: computed.ids, unfinished: computed });
}
