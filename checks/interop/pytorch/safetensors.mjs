/** Encodes tensors, such as gradients, in the layout of an existing safetensors file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the contents of `weights.safetensors` in `directory`, with the values replaced by those in `tensors`. */
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
