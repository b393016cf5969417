/** Normalizations that, at inference, only scale and shift each channel. */
import type { Call } from '../call.js';
import { sizeOf } from '../../size-of.js';
import { affine, type Rows } from '../tape.js';
import type { Operator } from './operator.js';

/**
 * Computes scale · entry + shift, with a scale and a shift per channel. Channels are the first axis after the batch.
 */
function perChannel(
  call: Call,
  rows: Rows,
  parametersOf: (channel: number) => readonly [scale: number, shift: number],
): Rows {
  const { shape, entries } = rows;
  const inner = sizeOf(shape.slice(1));
  const changed = entries.map((entry, k) => {
    const [scale, shift] = parametersOf(Math.floor(k / inner));
    call.spend(1 + entry.from.length);
    return affine(entry, scale, shift);
  });
  return { shape, entries: changed };
}

/** `BatchNormalization`: scale · (x − mean) / √(variance + ε) + shift, with the mean and variance from training. */
export const batchNormalization: Operator = (call) => {
  // Before operator set 14, a second output requested training mode.
  if (call.integer('training_mode', 0) !== 0 || call.node.output.slice(1).some((name) => name !== ''))
    call.unsupported('training mode; export the model for inference');
  const rows = call.rows(0);
  const channels = rows.shape.at(0) ?? 0;
  if (call.integer('spatial', 1) === 0 && rows.shape.length > 1) call.unsupported('spatial = 0');
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((k) => {
    const { values } = call.constant(k);
    if (values.length !== channels)
      call.malformed(`operand ${k} has ${values.length} numbers; expected ${channels}, one per channel`);
    return values;
  });
  const epsilon = call.number('epsilon', 1e-5);
  return perChannel(call, rows, (k) => {
    const factor = scale[k] / Math.sqrt(variance[k] + epsilon);
    return [factor, shift[k] - factor * mean[k]];
  });
};

/** `Scaler` of ai.onnx.ml: (x − offset) · scale. */
export const scaler: Operator = (call) => {
  const rows = call.table(0);
  const [offset, scale] = ['offset', 'scale'].map((name) => {
    const numbers = call.floats(name);
    if (numbers.length !== 1 && numbers.length !== rows.entries.length) {
      call.malformed(`${name} has ${numbers.length} numbers; expected ${rows.entries.length}, one per column`);
    }
    return (k: number) => numbers[numbers.length === 1 ? 0 : k];
  });
  return perChannel(call, rows, (k) => [scale(k), -offset(k) * scale(k)]);
};
