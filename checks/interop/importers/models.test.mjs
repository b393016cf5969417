/** Creates models with other libraries, and checks that they have the same outputs after import. */
import { fromBrainJs, fromKeras, fromNeataptic, fromSynaptic } from '@nnbp/interop';
import { predictSequence } from '@nnbp/core';
import { afterAll, describe, expect, test } from 'vitest';
import { record, versionOf } from '../record.mjs';
import { relativeError } from '../worst-error.mjs';
import * as brainJs from './brain-js.mjs';
import * as keras from './keras.mjs';
import * as neataptic from './neataptic.mjs';
import * as synaptic from './synaptic.mjs';

/** For each library: its models, our importer, and a bound for the rounding errors of the library's arithmetic. */
const libraries = [
  { package: 'brain.js', models: brainJs.models(), read: fromBrainJs, maxError: 5e-6, arithmetic: 'float32' },
  { package: 'synaptic', models: synaptic.models(), read: fromSynaptic, maxError: 1e-12, arithmetic: 'float64' },
  { package: 'neataptic', models: neataptic.models(), read: fromNeataptic, maxError: 1e-11, arithmetic: 'float64' },
  { package: '@tensorflow/tfjs', models: await keras.models(), read: fromKeras, maxError: 1e-5, arithmetic: 'float32' },
];

for (const { package: name, models, read, maxError, arithmetic } of libraries) {
  describe(name, () => {
    const errors = [];
    afterAll(() => {
      const rows = models.reduce((sum, model) => sum + model.rows.length, 0);
      const worst = `max output error ${Math.max(...errors).toExponential(1)} (relative for |output| > 1)`;
      const file = `5-${name.replace(/\W+/g, '-')}`;
      record(file, `${name} ${versionOf(name)}, import`, [
        [`${models.length} models, ${rows} rows, computed in ${arithmetic}`, worst],
      ]);
    });

    test.each(models)('the model "$name" has the same outputs after import', ({ json, weights, rows, outputs }) => {
      for (const model of [json, JSON.stringify(json)]) {
        const actual = read(model, weights).predictBatch(rows);
        expect(actual.map(({ length }) => length)).toEqual(outputs.map(({ length }) => length));
        const worst = Math.max(...outputs.flatMap((row, s) => row.map((y, k) => relativeError(y, actual[s][k]))));
        expect(worst).toBeLessThan(maxError);
        errors.push(worst);
      }
    });
  });
}

/** Number of steps of each recurrent model. */
const steps = 50;
for (const { package: name, models, read, maxError } of [
  { package: 'brain.js', models: brainJs.recurrent(5, steps), read: fromBrainJs, maxError: 1e-5 },
  { package: 'synaptic', models: synaptic.recurrent(20, steps), read: fromSynaptic, maxError: 1e-9 },
  { package: 'neataptic', models: neataptic.recurrent(10, steps), read: fromNeataptic, maxError: 1e-9 },
  { package: '@tensorflow/tfjs', models: await keras.recurrent(4, steps), read: fromKeras, maxError: 1e-5 },
]) {
  test(`after import, ${models.length} recurrent ${name} models have the same outputs for ${steps} steps`, () => {
    let worst = 0;
    for (const { name: model, json, weights, rows, outputs } of models) {
      const network = read(json, weights);
      // A chaotic model amplifies rounding errors at each step. A run with slightly different parameters and inputs
      // measures by how much.
      const perturbed = read(json, weights);
      const { vector } = perturbed.parameters;
      vector.forEach((parameter, p) => (vector[p] = parameter * (1 + (-1) ** p * 2 ** -50)));
      const perturbedOutputs = predictSequence(
        perturbed,
        rows.map((row) => row.map((x) => x * (1 + 2 ** -50))),
      );
      let rounding = 0;
      predictSequence(network, rows).forEach((row, t) => {
        expect(row).toHaveLength(outputs[t].length);
        row.forEach((value, k) => {
          const error = relativeError(outputs[t][k], value);
          rounding = Math.max(rounding, Math.abs(value - perturbedOutputs[t][k]));
          expect(error, `${model}, step ${t}: ${JSON.stringify(json)}`).toBeLessThan(maxError + 100 * rounding);
          worst = Math.max(worst, error);
        });
      });
    }
    record(`6-${name.replace(/\W+/g, '-')}-recurrent`, `${name} ${versionOf(name)}, recurrent models`, [
      [
        `${models.length} models, ${steps} steps`,
        `max output error ${worst.toExponential(1)} (relative for |output| > 1)`,
      ],
    ]);
  });
}
