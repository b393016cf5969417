/** Imports the brain.js networks that read a sequence of rows: RNNTimeStep, LSTMTimeStep and GRUTimeStep. */
import { identity, relu, sigmoid, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, delayed, type Network } from '@nnbp/core';
import { assemble, type Part } from './assemble.js';
import { JsonValue } from '@nnbp/formats/shared';

/** A matrix as an array of rows. */
type Matrix = readonly (readonly number[])[];

/**
 * Returns the nodes of a layer that reads the nodes `from`. `matrix` returns a matrix of the layer by name, with one
 * row per unit.
 */
type Layer = (
  name: string,
  from: readonly string[],
  units: number,
  matrix: (name: string, columns: number) => Matrix,
) => Part[];

const layers: ReadonlyMap<string, Layer> = /* @__PURE__ */ new Map<string, Layer>([
  ['RNNTimeStep', rnnLayer],
  ['LSTMTimeStep', lstmLayer],
  ['GRUTimeStep', gruLayer],
]);

/** Whether `timeStepNetwork` can import a model of this type. */
export const isTimeStep = (type: string): boolean => layers.has(type);

/** Imports a model whose type {@link isTimeStep} accepts. See `fromBrainJs`. */
export function timeStepNetwork(model: JsonValue, what: string): Network {
  const options = model.at('options');
  const layer = layers.get(model.at('type').text())!;
  const hidden = model.at('hiddenLayers').list();
  if (hidden.length === 0) model.at('hiddenLayers').throwExpected('at least one layer');
  const matrices = hidden.map((json) => json.entries().map(([, matrix]) => matrix));
  matrices.forEach((matricesOfLayer, l) => {
    if (matricesOfLayer.length === 0) hidden[l].throwExpected('matrices');
  });
  // A matrix has at least one entry per input or unit, so the number of inputs or units cannot exceed the number of
  // entries of the largest matrix. Checking this first avoids creating a huge number of nodes if a size is corrupt.
  const max = matrices.flat().reduce((largest, matrix) => Math.max(largest, maxEntries(matrix)), 1);
  const inputs = numbered('input', options.at('inputSize').integer(1, max));
  const nodes: Part[] = [];
  let from: readonly string[] = inputs;
  hidden.forEach((json, l) => {
    const name = `layer${l + 1}`;
    const units = matrices[l][0].at('rows').integer(1, max);
    nodes.push(...layer(name, from, units, (matrix, columns) => matrixOf(json.at(matrix), units, columns)));
    from = numbered(name, units);
  });
  const size = options.at('outputSize').integer(1, maxSize);
  const [w, b] = [matrixOf(model.at('outputConnector'), size, from.length), matrixOf(model.at('output'), size, 1)];
  const outputs = numbered('output', size);
  outputs.forEach((id, k) => nodes.push({ id, from, activation: identity, b: b[k][0], w: w[k] }));
  return assemble({ what, inputs, nodes, outputs });
}

const maxSize = 2 ** 24;
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, k) => `${name}.${k}`);

/** An upper bound on the number of entries of a matrix; 0 if the value is not a matrix. */
function maxEntries({ value }: JsonValue): number {
  const weights: unknown = (value as { weights?: unknown } | null | undefined)?.weights;
  if (typeof weights !== 'object' || weights === null) return 0;
  return Array.isArray(weights)
    ? weights.length
    : ArrayBuffer.isView(weights)
      ? weights.byteLength
      : Object.keys(weights).length;
}

/** Reads a matrix `{ rows, columns, weights }`. In a JSON string, `weights` is an object with indices as keys. */
function matrixOf(json: JsonValue, rows: number, columns: number): Matrix {
  for (const [name, size] of Object.entries({ rows, columns })) {
    if (json.at(name).integer(0, maxSize) !== size) json.at(name).throwExpected(`${size}`);
  }
  const weights = json.at('weights');
  const { value } = weights;
  const listed = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  const numbers = Array.isArray(listed)
    ? new JsonValue(listed, weights.path).list()
    : weights.entries().map(([, entry]) => entry);
  if (numbers.length !== rows * columns) weights.throwExpected(`${rows * columns} numbers`);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => numbers[row * columns + column].number()),
  );
}

/** Creates the nodes g(W x + R h + b), one per unit. The entries of `h` are node ids or delayed nodes. */
function gate(
  name: string,
  activation: Activation,
  from: Part['from'],
  h: Part['from'],
  [w, r, b]: readonly [Matrix, Matrix, Matrix],
): Part[] {
  return b.map(([bias], k) => ({
    id: `${name}.${k}`,
    from: [...from, ...h],
    activation,
    b: bias,
    w: [...w[k], ...r[k]],
  }));
}

const productNode = (id: string, from: Part['from']): Part => ({
  ...{ id, from, activation: identity, aggregation: product, b: 0, w: [1, 1], constant: true },
});

/** Creates a node g(b + Σ w x) whose b and w are constants. */
const fixedNode = (
  id: string,
  from: Part['from'],
  activation: Activation = identity,
  b = 0,
  w = from.map(() => 1),
): Part => ({
  ...{ id, from, activation, b, w, constant: true },
});

const delayedUnits = (name: string, units: number) => numbered(name, units).map((id) => delayed(id));

/** h = relu(W x + R h(t − 1) + b) */
function rnnLayer(...[name, from, units, matrix]: Parameters<Layer>): Part[] {
  const matrices = [matrix('weight', from.length), matrix('transition', units), matrix('bias', 1)] as const;
  return gate(name, relu, from, delayedUnits(name, units), matrices);
}

/** h = o · tanh(f · h(t − 1) + i · g). In brain.js, an LSTM layer has no cell state; h(t − 1) takes its place. */
function lstmLayer(...[name, from, units, matrix]: Parameters<Layer>): Part[] {
  const h = delayedUnits(name, units);
  const gateOf = (part: string, activation: Activation, prefix: string) =>
    gate(`${name}.${part}`, activation, from, h, [
      matrix(`${prefix}Matrix`, from.length),
      matrix(`${prefix}Hidden`, units),
      matrix(`${prefix}Bias`, 1),
    ]);
  const gates = [
    gateOf('i', sigmoid, 'input'),
    gateOf('f', sigmoid, 'forget'),
    gateOf('o', sigmoid, 'output'),
    gateOf('g', tanh, 'cellActivation'),
  ];
  const combined = numbered(name, units).flatMap((id, k) => [
    productNode(`${name}.fh.${k}`, [`${name}.f.${k}`, h[k]]),
    productNode(`${name}.ig.${k}`, [`${name}.i.${k}`, `${name}.g.${k}`]),
    fixedNode(`${name}.tanh.${k}`, [`${name}.fh.${k}`, `${name}.ig.${k}`], tanh),
    productNode(id, [`${name}.o.${k}`, `${name}.tanh.${k}`]),
  ]);
  return [...gates.flat(), ...combined];
}

/** h = (1 − z) · tanh(W x + R (r · h(t − 1)) + b) + h(t − 1) · z */
function gruLayer(...[name, from, units, matrix]: Parameters<Layer>): Part[] {
  const h = delayedUnits(name, units);
  const matrices = (prefix: string) =>
    [
      matrix(`${prefix}InputMatrix`, from.length),
      matrix(`${prefix}HiddenMatrix`, units),
      matrix(`${prefix}Bias`, 1),
    ] as const;
  const rh = numbered(`${name}.rh`, units);
  return [
    ...gate(`${name}.z`, sigmoid, from, h, matrices('updateGate')),
    ...gate(`${name}.r`, sigmoid, from, h, matrices('resetGate')),
    ...rh.map((id, k) => productNode(id, [`${name}.r.${k}`, h[k]])),
    ...gate(`${name}.n`, tanh, from, rh, matrices('cellWrite')),
    ...numbered(name, units).flatMap((id, k) => [
      fixedNode(`${name}.take.${k}`, [`${name}.z.${k}`], identity, 1, [-1]),
      productNode(`${name}.new.${k}`, [`${name}.take.${k}`, `${name}.n.${k}`]),
      productNode(`${name}.old.${k}`, [h[k], `${name}.z.${k}`]),
      fixedNode(id, [`${name}.new.${k}`, `${name}.old.${k}`]),
    ]),
  ];
}
