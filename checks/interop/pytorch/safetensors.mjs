/** Replaces the values in a safetensors file, for example the weights of a network with their gradients. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the contents of `weights.safetensors` in the directory, with the values of `tensors` instead of its own. */
export function asSafetensors(directory, tensors) {
  const file = readFileSync(join(directory, 'weights.safetensors'));
  const size = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + size).toString());
  for (const [name, values] of Object.entries(tensors)) {
    const [begin] = header[name].data_offsets;
    values.forEach((value, k) => file.writeDoubleLE(value, 8 + size + begin + 8 * k));
  }
  return file;
}
