/** Exports networks to PyTorch files. */
import { toPyTorch } from '@nnbp/interop';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a network's files and samples into a new directory. Returns the files: name → content. */
export function writeExport(directory, network, samples) {
  mkdirSync(directory);
  const files = toPyTorch(network);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(directory, file), content);
  writeFileSync(join(directory, 'samples.json'), JSON.stringify(samples));
  return files;
}

/** The largest absolute value. */
export const maxAbs = (values) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
