/**
 * A training run. A test kills it to check that it resumes from the newest checkpoint. Prints each epoch after its
 * checkpoint is written.
 */
import { checkpoints, latestCheckpoint } from '@nnbp/formats/node';
import { fit } from '@nnbp/train';
import { writeSync } from 'node:fs';
import { xor } from '../../../core/test/xor.js';
import { freshNetwork, options } from './run.js';

const [directory, epochs] = process.argv.slice(2);
const latest = await latestCheckpoint(directory);
const network = latest?.network ?? freshNetwork();
const report = { onEpochEnd: ({ epoch }: { epoch: number }) => void writeSync(1, `${epoch}\n`) };
writeSync(1, `${latest?.checkpoint.epoch ?? 0}\n`);
await fit(network, xor, {
  ...options(),
  epochs: Number(epochs),
  callbacks: [checkpoints({ directory, keep: 2 }), report],
  ...(latest && { resume: latest.checkpoint }),
});
