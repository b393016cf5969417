/**
 * `RNN`, `LSTM` and `GRU`. For sequences of any length, each operator becomes the nodes of one time step, which read
 * the states of the previous step. For a fixed number of steps, it becomes separate nodes for each step, in one or both
 * directions.
 */
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

interface Direction {
  readonly units: number;
  readonly activations: readonly Activation[];
  /** The terms of W x for a gate and unit: inputs multiplied by the input weights. */
  readonly inputTerms: (x: readonly Entry[], gate: number, unit: number) => Entry[];
  /** The terms of R h for a gate and unit: values of units multiplied by the recurrent weights. */
  readonly recurrentTerms: (h: readonly Entry[], gate: number, unit: number) => Entry[];
  /** The input bias and the recurrent bias of a gate and unit. */
  readonly bias: (gate: number, unit: number) => readonly [input: number, recurrent: number];
  /** Peephole weight `k` of a unit; undefined without peepholes. */
  readonly peephole: (k: number, unit: number) => number | undefined;
  /** Adds up the terms and `bias`. The sums of a gate and unit share their parameters across the steps of a sample. */
  readonly weightedSum: (terms: readonly Entry[], bias: number, gate: number | string, unit: number) => Entry;
}

/** The state of all units: [h], or [h, c] for an LSTM. */
type State = readonly (readonly Entry[])[];

/** Computes the state after a step. */
type Step = (direction: Direction, x: readonly Entry[], state: State) => State;

/** The differences between the three operators. */
interface Kind {
  readonly gates: number;
  /** Names of the default activations of one direction. */
  readonly defaults: readonly string[];
  /** Indices of the operands that are initial states. */
  readonly states: readonly number[];
  readonly step: Step;
}

const range = (count: number) => Array.from({ length: count }, (_, k) => k);

/** The operands that must be constant. */
const parameterNames = [
  [1, 'input weights W'],
  [2, 'recurrent weights R'],
  [3, 'biases B'],
  [7, 'peepholes P'],
] as const;

function recurrent(call: Call, kind: Kind): Rows[] {
  const rows = call.rows(0);
  const isSequence = rows.lead?.length === 2;
  const direction = call.text('direction', 'forward');
  const layout = call.integer('layout', 0);
  if (layout !== 0 && layout !== 1) call.malformed(`layout = ${layout}; expected 0 or 1`);
  if (isSequence && direction !== 'forward') {
    call.unsupported(
      `direction = ${direction} for sequences of any length; expected direction = forward, or an input with a fixed number of steps`,
    );
  }
  if (call.number('clip', 0) !== 0) call.unsupported('clip');
  for (const [k, name] of parameterNames) {
    if (call.isComputed(k)) {
      call.unsupported(`${name} that the model computes or takes as an input; expected constant ${name}`);
    }
  }
  if (call.has(4)) call.unsupported('sequence_lens, a length for each sequence of a batch');
  return isSequence ? addWithStates(call, kind, layout) : addUnrolled(call, kind, rows, direction);
}

function addWithStates(call: Call, kind: Kind, layout: 0 | 1): Rows[] {
  if (kind.states.some((k) => call.isComputed(k))) {
    call.unsupported(
      'initial states that the model computes or takes as inputs; expected constant initial states, or an input with a fixed number of steps',
    );
  }
  const rows = call.sequence(0, layout);
  const [direction] = directionsOf(call, kind, rows.entries.length, 1, false);
  const x = rows.entries.map((entry) => call.tape.single(entry));
  const state = kind.states.map((k) => {
    const initial = call.has(k) ? call.initialState(k, 1, direction.units, layout) : [];
    return range(direction.units).map((unit) => call.tape.state(initial[unit] ?? 0));
  });
  const next = kind.step(direction, x, state);
  state.forEach((entries, k) =>
    entries.forEach(({ from: [node] }, unit) => (call.tape.states.get(node)!.next = next[k][unit])),
  );
  const { units } = direction;
  const directed = { endedBy: call.label, part: 'directed', directionsAxis: layout === 1 ? 2 : 1 } as const;
  return [
    // [steps, directions, batch, units], or [batch, steps, directions, units] if layout = 1.
    { shape: [units], entries: next[0], lead: rows.lead!, ...directed },
    // [directions, batch, units], or [batch, directions, units] if layout = 1.
    ...next.map((entries): Rows => ({ shape: [1, units], entries, batchAxis: layout === 1 ? 0 : 1, lead: [0] })),
  ];
}

/** Creates separate nodes for each step of the input, [steps, batch, inputs]. */
function addUnrolled(call: Call, kind: Kind, { shape, entries, batchAxis }: Rows, name: string): Rows[] {
  if (!['forward', 'reverse', 'bidirectional'].includes(name)) {
    call.malformed(`direction = ${name}; expected forward, reverse or bidirectional`);
  }
  if (call.integer('layout', 0) !== 0) call.unsupported('layout = 1 with a fixed number of steps');
  if (shape.length !== 2 || batchAxis !== 1) call.unsupported('an input that is not [steps, batch, inputs]');
  const [steps, inputs] = shape;
  const { tape } = call;
  const directions = directionsOf(call, kind, inputs, name === 'bidirectional' ? 2 : 1, true, steps);
  const { units } = directions[0];
  const x = entries.map((entry) => tape.node(entry));
  const initial = kind.states.map((k) => initialEntries(call, k, directions.length, units));
  const results = directions.map((direction, d) => {
    let state: State = initial.map((each) => each.slice(d * units, (d + 1) * units));
    const order = range(steps);
    if (name === 'reverse' || d === 1) order.reverse();
    const h: (readonly Entry[])[] = [];
    for (const t of order) {
      state = kind.step(direction, x.slice(t * inputs, (t + 1) * inputs), state);
      h[t] = state[0];
    }
    return { h, state };
  });
  return [
    {
      shape: [steps, directions.length, units],
      entries: range(steps).flatMap((t) => results.flatMap(({ h }) => h[t])),
      batchAxis: 2,
    },
    ...kind.states.map((_, k): Rows => ({
      shape: [directions.length, units],
      entries: results.flatMap(({ state }) => state[k]),
      batchAxis: 1,
    })),
  ];
}

/** An initial state, [directions, batch, units]: computed, constant or 0. */
function initialEntries(call: Call, k: number, directions: number, units: number): Entry[] {
  const { tape } = call;
  if (call.isComputed(k)) {
    const { shape, entries, batchAxis } = call.rows(k);
    if (shape.join() !== `${directions},${units}` || batchAxis !== 1)
      call.malformed(
        `expected an initial state of ${directions} × ${units} units, received shape [${shape.join(', ')}]`,
      );
    return entries.map((entry) => tape.node(entry));
  }
  const numbers = call.has(k)
    ? call.initialState(k, directions, units, 0)
    : new Array<number>(directions * units).fill(0);
  return numbers.map((bias) => tape.fixed({ from: [], weights: [], bias }));
}

function directionsOf(
  call: Call,
  { gates, defaults }: Kind,
  inputs: number,
  count: number,
  isShared: boolean,
  steps = 1,
): Direction[] {
  const [w, r] = [call.constant(1), call.constant(2)];
  const units = r.dims[2];
  const expected = [`${count},${gates * units},${inputs}`, `${count},${gates * units},${units}`];
  if (w.dims.join() !== expected[0] || r.dims.join() !== expected[1]) {
    const directions = count === 1 ? 'one direction' : `${count} directions`;
    call.malformed(
      `weights of shapes [${w.dims.join(', ')}] and [${r.dims.join(', ')}] do not match ${inputs} inputs and ${units} units in ${directions}`,
    );
  }
  const b = call.has(3) ? call.constant(3).values : undefined;
  if (b !== undefined && b.length !== count * 2 * gates * units)
    call.malformed(`B has ${b.length} numbers; expected ${count * 2 * gates * units}`);
  const peepholes = gates === 4 && call.has(7) ? call.constant(7).values : undefined;
  if (peepholes !== undefined && peepholes.length !== count * 3 * units)
    call.malformed(`P has ${peepholes.length} numbers; expected ${count * 3 * units}`);
  const names = call.texts('activations');
  const given = names.length === 0 ? range(count).flatMap(() => defaults) : names;
  const activations = given.map(
    (name) => functions.get(name.toLowerCase()) ?? call.unsupported(`the activation ${name}`),
  );
  if (activations.length !== count * defaults.length)
    call.malformed(`${activations.length} activations; expected ${count * defaults.length}`);
  call.spend(count * steps * gates * units * (inputs + units + 8));
  return range(count).map((d): Direction => {
    const row = (gate: number, unit: number) => (d * gates + gate) * units + unit;
    return {
      units,
      activations: activations.slice(d * defaults.length, (d + 1) * defaults.length),
      inputTerms: (x, gate, unit) => x.map((entry, j) => affine(entry, w.values[row(gate, unit) * inputs + j], 0)),
      recurrentTerms: (h, gate, unit) => h.map((entry, j) => affine(entry, r.values[row(gate, unit) * units + j], 0)),
      bias: (gate, unit) => {
        const at = d * 2 * gates * units + gate * units + unit;
        return b === undefined ? [0, 0] : [b[at], b[at + gates * units]];
      },
      peephole: (k, unit) => peepholes?.[(d * 3 + k) * units + unit],
      weightedSum: (terms, bias, gate, unit) => {
        const entry = affine(sum(terms), 1, bias);
        // If `sum` has combined terms that read the same node, edge k is no longer term k, so this step does not share
        // its weights with the other steps.
        if (!isShared || entry.from.length !== terms.length) return entry;
        return { ...entry, share: { key: `${call.label}.${d}.${gate}.${unit}`, indices: range(terms.length) } };
      },
    };
  });
}

/** `RNN`. Each step computes h = g(W x + R h(t − 1) + B). */
export const recurrentLayer: Operator = (call) =>
  recurrent(call, {
    gates: 1,
    defaults: ['Tanh'],
    states: [5],
    step(direction, x, [h]) {
      const next = range(direction.units).map((unit) => {
        const [inputBias, recurrentBias] = direction.bias(0, unit);
        const terms = [...direction.inputTerms(x, 0, unit), ...direction.recurrentTerms(h, 0, unit)];
        return call.tape.apply(
          direction.activations[0],
          direction.weightedSum(terms, inputBias + recurrentBias, 0, unit),
        );
      });
      return [next];
    },
  });

/**
 * `LSTM`. Each step has the same nodes as `lstm` from @nnbp/layers. The gates are in the order i, o, f, g, and the
 * peepholes in the order i, o, f.
 */
export const longShortTermMemory: Operator = (call) => {
  if (call.integer('input_forget', 0) !== 0) call.unsupported('input_forget');
  const { tape } = call;
  const step: Step = (direction, x, [h, c]) => {
    const { units, activations, bias, inputTerms, recurrentTerms, weightedSum } = direction;
    const [gateFunction, candidateFunction, outputFunction] = activations;
    const gate = (k: number, unit: number, g: Activation, cell: Entry) => {
      const [inputBias, recurrentBias] = bias(k, unit);
      const weight = k < 3 ? direction.peephole(k, unit) : undefined;
      const peephole = weight === undefined ? [] : [affine(cell, weight, 0)];
      return tape.apply(
        g,
        weightedSum(
          [...inputTerms(x, k, unit), ...recurrentTerms(h, k, unit), ...peephole],
          inputBias + recurrentBias,
          k,
          unit,
        ),
      );
    };
    const cells = range(units).map((unit) => {
      const added = tape.aggregate(product, [
        gate(0, unit, gateFunction, c[unit]),
        gate(3, unit, candidateFunction, c[unit]),
      ]);
      const retained = tape.aggregate(product, [gate(2, unit, gateFunction, c[unit]), c[unit]]);
      return tape.fixed(sum([added, retained]));
    });
    const next = cells.map((cell, unit) =>
      tape.aggregate(product, [gate(1, unit, gateFunction, cell), tape.fixed(cell, outputFunction)]),
    );
    return [next, cells];
  };
  return recurrent(call, { gates: 4, defaults: ['Sigmoid', 'Tanh', 'Tanh'], states: [5, 6], step });
};

/**
 * `GRU`. Each step has the same nodes as `gru` from @nnbp/layers. The gates are in the order z, r, n. If
 * `linear_before_reset` is 0, the reset gate is applied before the recurrent weights, as in Cho et al.
 */
export const gatedRecurrentUnit: Operator = (call) => {
  const { tape } = call;
  const linearFirst = call.integer('linear_before_reset', 0) !== 0;
  const step: Step = (direction, x, [h]) => {
    const { units, activations, bias, inputTerms, recurrentTerms, weightedSum } = direction;
    const [gateFunction, candidateFunction] = activations;
    const gate = (k: number) =>
      range(units).map((unit) => {
        const [inputBias, recurrentBias] = bias(k, unit);
        return tape.apply(
          gateFunction,
          weightedSum([...inputTerms(x, k, unit), ...recurrentTerms(h, k, unit)], inputBias + recurrentBias, k, unit),
        );
      });
    const [z, r] = [gate(0), gate(1)];
    const reset = linearFirst ? [] : h.map((entry, unit) => tape.aggregate(product, [r[unit], entry]));
    const next = range(units).map((unit) => {
      const [inputBias, recurrentBias] = bias(2, unit);
      const inputs = inputTerms(x, 2, unit);
      const candidateLinearFirst = () => {
        const past = tape.aggregate(product, [
          r[unit],
          tape.node(weightedSum(recurrentTerms(h, 2, unit), recurrentBias, 'u', unit)),
        ]);
        const summed = weightedSum([...inputs, past], inputBias, 2, unit);
        // The last term is the node `past`. Its weight is the constant 1; b and the other weights are parameters.
        return tape.apply(candidateFunction, summed, { b: false, firstEdge: summed.from.length - 1 });
      };
      const n = linearFirst
        ? candidateLinearFirst()
        : tape.apply(
            candidateFunction,
            weightedSum([...inputs, ...recurrentTerms(reset, 2, unit)], inputBias + recurrentBias, 2, unit),
          );
      const added = tape.aggregate(product, [tape.fixed(affine(z[unit], -1, 1)), n]);
      return tape.fixed(sum([added, tape.aggregate(product, [z[unit], h[unit]])]));
    });
    return [next];
  };
  return recurrent(call, { gates: 3, defaults: ['Sigmoid', 'Tanh'], states: [5], step });
};
