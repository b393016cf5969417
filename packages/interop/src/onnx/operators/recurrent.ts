/** `RNN`, `LSTM` and `GRU`: the nodes of one step, which read states of the previous step. */
import { relu, sigmoid, softplus, softsign, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import type { Activation } from '@nnbp/core';
import type { Call } from '../call.js';
import { affine, type Entry, type Rows, sum } from '../tape.js';
import type { Operator } from './operator.js';

const functions: ReadonlyMap<string, Activation> = /* @__PURE__ */ new Map<string, Activation>([
  ['sigmoid', sigmoid],
  ['tanh', tanh],
  ['relu', relu],
  ['softsign', softsign],
  ['softplus', softplus],
]);

/** The parameters that the three operators share. */
interface Layer {
  readonly rows: Rows;
  /** Whether the batch comes before the steps. */
  readonly isBatchFirst: boolean;
  readonly x: readonly Entry[];
  readonly units: number;
  readonly activations: readonly Activation[];
  /** The weighted x of gate `gate` and unit `unit`. */
  readonly ofInputs: (gate: number, unit: number) => Entry[];
  /** The entries multiplied by the recurrent weights, one per unit. */
  readonly ofUnits: (h: readonly Entry[], gate: number, unit: number) => Entry[];
  /** B of the inputs and of the units. */
  readonly bias: (gate: number, unit: number) => readonly [inputs: number, units: number];
}

function layerOf(call: Call, gates: number, usual: readonly string[]): Layer {
  const layout = call.whole('layout', 0);
  if (layout !== 0 && layout !== 1) call.malformed(`layout = ${layout}; expected 0 or 1`);
  const rows = call.sequence(0, layout);
  if (call.text('direction', 'forward') !== 'forward') {
    call.unsupported('a direction other than forward: it reads a sequence from its end');
  }
  if (call.number('clip', 0) !== 0) call.unsupported('clip');
  if (call.has(4)) call.unsupported('lengths of the sequences');
  const [w, r] = [call.constant(1), call.constant(2)];
  const units = r.dims[2];
  const inputs = rows.entries.length;
  const expected = [`1,${gates * units},${inputs}`, `1,${gates * units},${units}`];
  if (w.dims.join() !== expected[0] || r.dims.join() !== expected[1]) {
    call.malformed(
      `weights of [${w.dims.join(', ')}] and [${r.dims.join(', ')}] for ${inputs} inputs and ${units} units in one direction`,
    );
  }
  const b = call.has(3) ? call.constant(3).values : undefined;
  if (b !== undefined && b.length !== 2 * gates * units) call.malformed(`B has ${b.length} numbers for ${units} units`);
  const names = call.texts('activations');
  const activations = (names.length === 0 ? usual : names).map(
    (name) => functions.get(name.toLowerCase()) ?? call.unsupported(`the activation ${name}`),
  );
  if (activations.length !== usual.length)
    call.malformed(`${activations.length} activations; expected ${usual.length}`);
  call.spend(gates * units * (inputs + units + 8));
  const x = rows.entries.map((entry) => call.tape.single(entry));
  return {
    rows,
    isBatchFirst: layout === 1,
    x,
    units,
    activations,
    ofInputs: (gate, unit) => x.map((entry, j) => affine(entry, w.values[(gate * units + unit) * inputs + j], 0)),
    ofUnits: (h, gate, unit) => h.map((entry, j) => affine(entry, r.values[(gate * units + unit) * units + j], 0)),
    bias: (gate, unit) => {
      const at = gate * units + unit;
      return b === undefined ? [0, 0] : [b[at], b[gates * units + at]];
    },
  };
}

/** Adds the state of all units; operand k is the initial state. */
function statesOf(call: Call, k: number, units: number): Entry[] {
  const initial = call.has(k) ? call.initialState(k, units) : [];
  return Array.from({ length: units }, (_, unit) => call.tape.state(initial[unit] ?? 0));
}

/** Sets the next states and returns the results: all steps, the last step, and for an LSTM the last cell state. */
function results(
  call: Call,
  { rows, isBatchFirst }: Layer,
  ...states: readonly (readonly [states: readonly Entry[], next: readonly Entry[]])[]
): Rows[] {
  for (const [entries, next] of states) {
    entries.forEach(({ from: [node] }, unit) => (call.tape.states.get(node)!.next = next[unit]));
  }
  const common = { shape: [states[0][0].length], ended: call.label, part: 'directed' } as const;
  // [steps, directions, batch, units] and [directions, batch, units]; or the batch first, and directions before units.
  return [
    { ...common, entries: states[0][1], lead: rows.lead!, directions: isBatchFirst ? 2 : 1 },
    ...states.map(([, entries]): Rows => ({ ...common, entries, lead: [0], directions: isBatchFirst ? 1 : 0 })),
  ];
}

const shifted = (terms: readonly Entry[], bias: number): Entry => affine(sum(terms), 1, bias);
const range = (count: number) => Array.from({ length: count }, (_, k) => k);

/** h = g(W x + R h(t − 1) + B) */
export const recurrentLayer: Operator = (call) => {
  const layer = layerOf(call, 1, ['Tanh']);
  const h = statesOf(call, 5, layer.units);
  const next = range(layer.units).map((unit) => {
    const [own, recurrent] = layer.bias(0, unit);
    return call.tape.apply(
      layer.activations[0],
      shifted([...layer.ofInputs(0, unit), ...layer.ofUnits(h, 0, unit)], own + recurrent),
    );
  });
  return results(call, layer, [h, next]);
};

/** The nodes of `lstm` in @nnbp/layers. The gates are in the order i, o, f, g, and peepholes in the order i, o, f. */
export const longShortTermMemory: Operator = (call) => {
  const layer = layerOf(call, 4, ['Sigmoid', 'Tanh', 'Tanh']);
  if (call.whole('input_forget', 0) !== 0) call.unsupported('input_forget');
  const { units, activations } = layer;
  const [gateFunction, candidate, output] = activations;
  const { tape } = call;
  const [h, c] = [statesOf(call, 5, units), statesOf(call, 6, units)];
  const peepholes = call.has(7) ? call.constant(7).values : undefined;
  if (peepholes !== undefined && peepholes.length !== 3 * units)
    call.malformed(`P has ${peepholes.length} numbers for ${units} units`);
  const gate = (k: number, unit: number, g: Activation, peeked: Entry) => {
    const [own, recurrent] = layer.bias(k, unit);
    const peephole = peepholes !== undefined && k < 3 ? [affine(peeked, peepholes[k * units + unit], 0)] : [];
    return tape.apply(
      g,
      shifted([...layer.ofInputs(k, unit), ...layer.ofUnits(h, k, unit), ...peephole], own + recurrent),
    );
  };
  const cells = range(units).map((unit) => {
    const added = tape.aggregate(product, [gate(0, unit, gateFunction, c[unit]), gate(3, unit, candidate, c[unit])]);
    const retained = tape.aggregate(product, [gate(2, unit, gateFunction, c[unit]), c[unit]]);
    return tape.fixed(sum([added, retained]));
  });
  const next = cells.map((cell, unit) =>
    tape.aggregate(product, [gate(1, unit, gateFunction, cell), tape.fixed(cell, output)]),
  );
  return results(call, layer, [h, next], [c, cells]);
};

/** The nodes of `gru` in @nnbp/layers, with the gates in the order z, r, n; with `linear_before_reset` = 0 as Cho et al. have it. */
export const gatedRecurrentUnit: Operator = (call) => {
  const layer = layerOf(call, 3, ['Sigmoid', 'Tanh']);
  const { units, activations } = layer;
  const [gateFunction, candidate] = activations;
  const { tape } = call;
  const h = statesOf(call, 5, units);
  const gate = (k: number) =>
    range(units).map((unit) => {
      const [own, recurrent] = layer.bias(k, unit);
      return tape.apply(
        gateFunction,
        shifted([...layer.ofInputs(k, unit), ...layer.ofUnits(h, k, unit)], own + recurrent),
      );
    });
  const [z, r] = [gate(0), gate(1)];
  const isAfter = call.whole('linear_before_reset', 0) !== 0;
  const reset = isAfter ? [] : h.map((entry, unit) => tape.aggregate(product, [r[unit], entry]));
  const next = range(units).map((unit) => {
    const [own, recurrent] = layer.bias(2, unit);
    const inputs = layer.ofInputs(2, unit);
    const afterReset = () => {
      const past = tape.aggregate(product, [r[unit], tape.node(shifted(layer.ofUnits(h, 2, unit), recurrent))]);
      const summed = shifted([...inputs, past], own);
      // `past` is a separate node, added last, with the weight 1.
      return tape.apply(candidate, summed, { b: false, from: summed.from.length - 1 });
    };
    const n = isAfter
      ? afterReset()
      : tape.apply(candidate, shifted([...inputs, ...layer.ofUnits(reset, 2, unit)], own + recurrent));
    const added = tape.aggregate(product, [tape.fixed(affine(z[unit], -1, 1)), n]);
    return tape.fixed(sum([added, tape.aggregate(product, [z[unit], h[unit]])]));
  });
  return results(call, layer, [h, next]);
};
