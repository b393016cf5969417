/** Trained by the real libraries in this very run, read here: the same outputs. What has memory is refused. */
import { fromBrainJs, fromKeras, fromNeataptic, fromSynaptic } from '@nnbp/interop';
import { afterAll, describe, expect, test } from 'vitest';
import { record, versionOf } from '../record.mjs';
import * as brainJs from './brain-js.mjs';
import * as keras from './keras.mjs';
import * as neataptic from './neataptic.mjs';
import * as synaptic from './synaptic.mjs';

/** What is compared: its models, our reader, and the largest difference that its own arithmetic explains. */
const libraries = [
  { package: 'brain.js', models: await brainJs.models(), read: fromBrainJs, allowed: 5e-6, arithmetic: 'float32' },
  { package: 'synaptic', models: synaptic.models(), read: fromSynaptic, allowed: 1e-12, arithmetic: 'float64' },
  { package: 'neataptic', models: neataptic.models(), read: fromNeataptic, allowed: 1e-11, arithmetic: 'float64' },
  { package: '@tensorflow/tfjs', models: await keras.models(), read: fromKeras, allowed: 1e-5, arithmetic: 'float32' },
];

for (const { package: name, models, read, allowed, arithmetic } of libraries) {
  describe(name, () => {
    const errors = [];
    afterAll(() => {
      const rows = models.reduce((sum, model) => sum + model.rows.length, 0);
      const worst = `outputs at most ${Math.max(...errors).toExponential(1)} off (relative where above 1)`;
      const file = `5-${name.replace(/\W+/g, '-')}`;
      record(file, `${name} ${versionOf(name)}, read`, [
        [`${models.length} models it trained, ${rows} rows, in its ${arithmetic}`, worst],
      ]);
    });

    test.each(models)('$name', ({ json, weights, rows, outputs }) => {
      for (const form of [json, JSON.stringify(json)]) {
        const ours = read(form, weights).predictBatch(rows);
        expect(ours.map(({ length }) => length)).toEqual(outputs.map(({ length }) => length));
        const worst = Math.max(
          ...outputs.flatMap((row, s) => row.map((y, k) => Math.abs(ours[s][k] - y) / Math.max(1, Math.abs(y)))),
        );
        expect(worst).toBeLessThan(allowed);
        errors.push(worst);
      }
    });
  });
}

test.each([
  ['LSTM of synaptic', fromSynaptic, synaptic.lstm()],
  ['Elman network of synaptic', fromSynaptic, synaptic.elman()],
  ['LSTM of neataptic', fromNeataptic, neataptic.lstm()],
  ['NARX of neataptic', fromNeataptic, neataptic.narx()],
])('%s is refused', (_, read, json) => {
  expect(() => read(json)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});
