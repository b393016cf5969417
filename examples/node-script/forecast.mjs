/** Forecasts the next two weeks of a daily time series: `node forecast.mjs [visitors.csv]`. */
import { readFileSync } from 'node:fs';
import { adam, fit, GraphBuilder, identity, lstm, mse, Network, stream } from 'nnbp';

const [path = 'visitors.csv'] = process.argv.slice(2);
const horizon = 14;
const week = 7;
const steps = 8 * week;

const rows = readFileSync(path, 'utf8').trim().split('\n').slice(1);
const visitors = rows.map((row) => Number(row.split(',')[1]));
// The last days are only used to check the forecast.
const known = visitors.slice(0, -horizon);
const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
const scaled = known.map((value) => [(value - mean) / deviation]);

// Each sequence is eight weeks long; the target of each day is the value of the next day.
const sequences = [];
for (let first = 0; first + steps < scaled.length; first += week) {
  sequences.push({ inputs: scaled.slice(first, first + steps), targets: scaled.slice(first + 1, first + steps + 1) });
}

const builder = new GraphBuilder();
const today = builder.input('today');
const memory = lstm(builder, { name: 'memory', from: [today], units: 12 });
builder.output(builder.node('tomorrow', { from: memory, activation: identity, fixed: { c: 1 } }));
const network = new Network(builder.build(), { seed: 1 });
const { history } = await fit(
  network,
  { sequences },
  { loss: mse(), optimizer: adam({ learningRate: 0.01 }), epochs: 30, batchSize: 8 },
);
console.log(`${sequences.length} sequences of ${steps} days, loss ${history.at(-1).loss.toFixed(4)}`);

// The stream keeps its state between calls: it first reads the known days, then its own forecasts.
const predictor = stream(network);
let next;
for (const day of scaled) [next] = predictor.next(day);
const forecast = [];
for (let day = 0; day < horizon; day++) {
  forecast.push(mean + deviation * next);
  [next] = predictor.next([next]);
}

// The baseline repeats the last known week.
const actual = visitors.slice(-horizon);
const error = (predict) => actual.reduce((sum, value, day) => sum + Math.abs(value - predict(day)), 0) / horizon;
forecast.forEach((value, day) => console.log(`${rows.at(day - horizon).split(',')[0]}: ${value.toFixed(0)}, actual ${actual[day]}`)); // oxfmt-ignore
console.log(`Mean absolute error of the forecast: ${error((day) => forecast[day]).toFixed(1)} visitors`);
console.log(
  `Mean absolute error of the baseline: ${error((day) => known[known.length - week + (day % week)]).toFixed(1)} visitors`,
);
