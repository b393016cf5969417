/** Trains on a CSV file, saves the model and loads it: `node train.mjs [coffee.csv] [model.safetensors]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { adam, fit, identity, load, mlp, mse, Network, save, tanh } from 'nnbp';

const [table = 'coffee.csv', model = 'model.safetensors'] = process.argv.slice(2);

const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1).map((line) => line.split(',').map(Number)); // oxfmt-ignore
const data = { inputs: rows.map((row) => row.slice(0, 2)), targets: rows.map((row) => row.slice(2)) };

const network = new Network(mlp([2, 12, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
const { history, bestEpoch } = await fit(network, data, {
  loss: mse(),
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 1000,
  standardize: true,
  validation: 0.2,
  earlyStopping: { patience: 50 },
});
console.log(`Trained for ${history.length} epochs; epoch ${bestEpoch} had the lowest validation loss.`);

writeFileSync(model, save(network));
const { network: loaded } = load(readFileSync(model));
const [degrees] = loaded.predict([10, 20]);
console.log(`After 10 minutes at 20 °C: ${degrees.toFixed(1)} °C`);
