/**
 * `node checks/interop/importers/write-fixtures.mjs`: writes the fixtures that the tests of @nnbp/interop read instead
 * of running the libraries. The libraries train with Math.random, so each run writes different models.
 */
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { versionOf } from '../record.mjs';
import * as brainJs from './brain-js.mjs';
import * as keras from './keras.mjs';
import * as neataptic from './neataptic.mjs';
import * as synaptic from './synaptic.mjs';

const fixtures = new URL('../../../packages/interop/test/fixtures/', import.meta.url);

function write(name, program, models, recurrent = []) {
  const withBase64Weights = ({ weights, ...model }) => ({
    ...model,
    ...(weights && { weights: Buffer.from(weights).toString('base64') }),
  });
  const written = models.map((model) => ({
    ...withBase64Weights(model),
    rows: model.rows.slice(-8),
    outputs: model.outputs.slice(-8),
  }));
  const by = 'checks/interop/importers/write-fixtures.mjs';
  const text = JSON.stringify({
    by,
    program,
    version: versionOf(program),
    models: written,
    recurrent: recurrent.map(withBase64Weights),
  });
  writeFileSync(new URL(`${name}.generated.json`, fixtures), `${text}\n`);
}

write('brain-js', 'brain.js', brainJs.models(), brainJs.recurrent(1, 20));
write('synaptic', 'synaptic', synaptic.models(), synaptic.recurrent(1, 20));
write('neataptic', 'neataptic', neataptic.models(), neataptic.recurrent(1, 20));
write('keras', '@tensorflow/tfjs', await keras.models(), await keras.recurrent(1, 20));
