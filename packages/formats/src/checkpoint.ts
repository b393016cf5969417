/**
 * Serializes the state of a training run as JSON. Vectors become separate tensors; numbers that JSON cannot represent
 * become strings.
 */
import type { OptimizerState } from '@nnbp/core';
import { JsonValue } from './json-value.js';
import { exactJson } from './exact-json.js';
import type { Tensor } from './safetensors.js';

/**
 * The result of `Progress.state()` in `@nnbp/train`: everything that is needed to resume training, except the network.
 */
export interface Checkpoint {
  /** Number of finished epochs. */
  readonly epoch: number;
  /** State of the random generator at the start of the current epoch. */
  readonly random: readonly number[];
  /** Result of `Optimizer.state()`. */
  readonly optimizer: OptimizerState;
  /** Progress within an epoch; undefined between epochs. */
  readonly underway?: {
    /** Number of batches processed, an integer ≥ 0. */
    readonly batches: number;
    /** Sum of the weighted losses of the samples so far. */
    readonly sum: number;
    /** Sum of the weights of these samples. */
    readonly weight: number;
    /** For sequences only: the recurrent state from which the next batch continues. */
    readonly carried?: readonly number[];
  };
  /** If there is early stopping: the state after the best epoch so far. */
  readonly earlyStopping?: {
    /** The loss of the best epoch. */
    readonly best: number;
    /** The best epoch, counted from 1. */
    readonly bestEpoch: number;
    /** The parameters at the end of the best epoch. */
    readonly parameters: Float64Array | Float32Array;
  };
}

/** Returns the JSON, and the tensors that the JSON refers to. */
export function writeCheckpoint({ epoch, random, optimizer, underway, earlyStopping }: Checkpoint): {
  readonly text: string;
  readonly tensors: readonly Tensor[];
} {
  const tensors: Tensor[] = [];
  const addTensor = (values: Float64Array | Float32Array): string => {
    const name = `checkpoint.${tensors.length}`;
    tensors.push({ name, shape: [values.length], values });
    return name;
  };
  const state = ({ name, numbers, vectors, parts }: OptimizerState): unknown => ({
    name,
    numbers: Object.entries(numbers).map(([key, number]) => [key, jsonNumber(number)]),
    vectors: Object.entries(vectors).map(([key, values]) => [key, addTensor(values)]),
    ...(parts && { parts: parts.map(state) }),
  });
  const text = exactJson({
    epoch,
    random: random.map(jsonNumber),
    optimizer: state(optimizer),
    ...(underway && {
      underway: {
        batches: underway.batches,
        sum: jsonNumber(underway.sum),
        weight: jsonNumber(underway.weight),
        ...(underway.carried && { carried: addTensor(Float64Array.from(underway.carried)) }),
      },
    }),
    ...(earlyStopping && {
      earlyStopping: {
        best: jsonNumber(earlyStopping.best),
        bestEpoch: earlyStopping.bestEpoch,
        parameters: addTensor(earlyStopping.parameters),
      },
    }),
  });
  return { text, tensors };
}

/**
 * Validates a checkpoint from a file.
 *
 * @throws NnbpError `MALFORMED`
 */
export function readCheckpoint(
  value: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  parameterCount: number,
): Checkpoint {
  const tensorValues = (json: JsonValue) =>
    tensors.get(json.text())?.values ?? json.throwExpected('the name of a tensor');
  /** A vector of the optimizer's state. It has no entries for frozen parameters. */
  const vector = (json: JsonValue) => {
    const values = tensorValues(json);
    if (values.length > parameterCount) json.throwExpected(`the name of a tensor of up to ${parameterCount} numbers`);
    return values;
  };
  const parameters = (json: JsonValue) => {
    const values = tensorValues(json);
    if (values.length !== parameterCount) json.throwExpected(`the name of a tensor of ${parameterCount} numbers`);
    return values;
  };
  const pair = <T>(json: JsonValue, read: (json: JsonValue) => T): [string, T] => {
    const [key, entry, ...more] = json.list();
    if (entry === undefined || more.length > 0) json.throwExpected('a name and a value');
    return [key.text(), read(entry)];
  };
  const state = (json: JsonValue): OptimizerState => {
    const at = json.object(['name', 'numbers', 'vectors', 'parts']);
    const parts = at('parts').optional((list) => list.list().map(state));
    return {
      name: at('name').text(),
      numbers: Object.fromEntries(
        at('numbers')
          .list()
          .map((entry) => pair(entry, readNumber)),
      ),
      vectors: Object.fromEntries(
        at('vectors')
          .list()
          .map((entry) => pair(entry, vector)),
      ),
      ...(parts && { parts }),
    };
  };
  const at = new JsonValue(value, 'checkpoint').object(['epoch', 'random', 'optimizer', 'underway', 'earlyStopping']);
  const underway = at('underway').optional((json) => {
    const entry = json.object(['batches', 'sum', 'weight', 'carried']);
    const carried = entry('carried').optional((name) => Array.from(tensorValues(name)));
    return {
      batches: readCount(entry('batches')),
      sum: readNumber(entry('sum')),
      weight: readNumber(entry('weight')),
      ...(carried && { carried }),
    };
  });
  const earlyStopping = at('earlyStopping').optional((json) => {
    const entry = json.object(['best', 'bestEpoch', 'parameters']);
    return {
      best: readNumber(entry('best')),
      bestEpoch: readCount(entry('bestEpoch')),
      parameters: parameters(entry('parameters')),
    };
  });
  return {
    epoch: readCount(at('epoch')),
    random: at('random').list().map(readNumber),
    optimizer: state(at('optimizer')),
    ...(underway && { underway }),
    ...(earlyStopping && { earlyStopping }),
  };
}

const jsonNumber = (number: number): number | string => (Number.isFinite(number) ? number : String(number));

function readCount(json: JsonValue): number {
  const count = json.number();
  return Number.isSafeInteger(count) && count >= 0 ? count : json.throwExpected('an integer ≥ 0');
}

function readNumber(json: JsonValue): number {
  if (typeof json.value === 'string' && ['Infinity', '-Infinity', 'NaN'].includes(json.value))
    return Number(json.value);
  return json.number();
}
