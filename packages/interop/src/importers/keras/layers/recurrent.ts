import { activationIn, type ScaledActivation } from '../activations.js';
import type { Context } from '../context.js';
import { gateCounts, gru, lstm, simpleRnn } from '../recurrent-nodes.js';
import type { Layer } from '../topology.js';
import type { Values } from '../values.js';
import { expectNoSoftmax, isOn } from './checks.js';

/** Imports a `SimpleRNN`, `LSTM` or `GRU` layer, which reads a sequence. */
export function recurrent(context: Context, layer: Layer, { ids, steps, softmax }: Values): Values {
  const { kind, name, config, json } = layer;
  expectNoSoftmax(layer, { ids, shape: [ids.length], ...(softmax && { softmax }) });
  if (steps !== 'all') json.unsupported('this layer reads a sequence: the previous layer has to return a sequence.');
  for (const option of ['go_backwards', 'return_state', 'time_major']) {
    if (config.at(option).value === true) config.at(option).unsupported('only false is supported.');
  }
  const units = config.at('units').integer(1, 2 ** 31);
  const columns = gateCounts.get(kind)! * units;
  const kernel = context.array(layer, 'kernel', [ids.length, columns]);
  const recurrentKernel = context.array(layer, 'recurrent_kernel', [units, columns]);
  const resetAfter = kind === 'GRU' && config.at('reset_after').value === true;
  const bias = isOn(config, 'use_bias')
    ? context.array(layer, 'bias', resetAfter ? [2, columns] : [columns])
    : undefined;
  const readActivation = (option: string): ScaledActivation => {
    const found = activationIn(config.at(option), context.version);
    return found === 'softmax'
      ? config.at(option).unsupported('expected an activation that is applied elementwise.')
      : found;
  };
  const activation = readActivation('activation');
  const gate = kind === 'SimpleRNN' ? activation : readActivation('recurrent_activation');
  // Check the limit before any node is created: there are up to eleven nodes per unit.
  context.takeValues(json, 11 * units);
  const layerDescription = { units, kernel, recurrent: recurrentKernel, bias, name, from: ids, activation, gate };
  const make = {
    SimpleRNN: simpleRnn,
    LSTM: lstm,
    GRU: (description: typeof layerDescription) => gru(description, resetAfter),
  };
  for (const part of make[kind as keyof typeof make](layerDescription)) context.addPart(part);
  const returnsAll = config.at('return_sequences').value === true;
  return { shape: [units], ids: context.ids(json, name, units), steps: returnsAll ? 'all' : 'last' };
}
