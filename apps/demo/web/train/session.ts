/**
 * One training, from its settings to its parameters: think of a machine with one lever, `step`. The same settings and
 * the same data give the same numbers, step by step, as `fit` does.
 */
import {
  type Engine,
  type Executor,
  glorotUniform,
  type Graph,
  GraphBuilder,
  heUniform,
  type Loss,
  Network,
  NnbpError,
  type Optimizer,
  Random,
  Standardization,
} from '@nnbp/core';
import { adagrad, adam, lion, nadam, rmsprop, rprop, sgd } from '@nnbp/optim';
import type { Functions } from '../functions.js';
import type { Dataset, Part } from './data/dataset.js';
import { type Encoding, encodingFor, type Settings } from './fits.js';

/** Samples as the network sees them. */
export interface Rows {
  readonly count: number;
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

export interface Session {
  readonly network: Network;
  readonly loss: Loss;
  readonly encoding: Encoding;
  /** It runs the batches, and its parameters are the newest. */
  readonly executor: Executor;
  readonly training: Rows;
  readonly heldOut: Rows | undefined;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** Steps taken. */
  readonly steps: number;
  /** Takes a step; returns the batch's loss, not finite if it went wrong (the parameters are then those before). */
  step(): number;
  dispose(): void;
}

const optimizers: Readonly<Record<Settings['optimizer'], (learningRate: number) => Optimizer>> = {
  sgd: (learningRate) => sgd({ learningRate }),
  momentum: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  rmsprop: (learningRate) => rmsprop({ learningRate }),
  adagrad: (learningRate) => adagrad({ learningRate }),
  adam: (learningRate) => adam({ learningRate }),
  nadam: (learningRate) => nadam({ learningRate }),
  lion: (learningRate) => lion({ learningRate }),
  rprop: (initialStep) => rprop({ initialStep }),
};

/** Activations of the relu family: their weights start wider. */
const bent = new Set(['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'mish', 'softplus']);

/**
 * The network that is trained. The output's c is fixed at 1, so that an output that is a probability stays one.
 *
 * @throws NnbpError `MISSING_PLUGIN`
 */
export function networkFor(settings: Settings, dataset: Dataset, functions: Functions): Network {
  const activation = functions.activation(settings.activation);
  const outputActivation = functions.activation(settings.outputActivation);
  const outputs = dataset.task === 'classes' ? dataset.classes.length : 1;
  const builder = new GraphBuilder();
  let from = builder.inputs(dataset.inputNames.length);
  for (const units of settings.hidden) from = builder.layer(units, { from, activation });
  const output = builder.layer(outputs, { from, activation: outputActivation, scale: 'fixed', name: 'output' });
  builder.output(...output);
  const initializer = bent.has(settings.activation) ? heUniform : glorotUniform;
  return new Network(builder.build(), { seed: settings.seed, initializer });
}

/**
 * Makes everything ready.
 *
 * @throws NnbpError `MISSING_PLUGIN`, `WRONG_TARGET`
 */
export function openSession(settings: Settings, dataset: Dataset, functions: Functions, engine: Engine): Session {
  const loss = functions.loss(settings.loss);
  const network = networkFor(settings, dataset, functions);
  const encoding = encodingFor(loss);
  if (dataset.standardize) {
    const { inputs, answers, count } = dataset.training;
    network.inputScaler = unitsOf(inputs, count);
    // A loss that takes no negative number (of counts) gets the answers as they are.
    const moved = dataset.task === 'regression' && loss.targetProblem?.([-1]) === undefined;
    if (moved) network.outputScaler = unitsOf(answers, count);
  }
  const training = rowsOf(network, dataset, dataset.training, encoding);
  const heldOut = dataset.heldOut && rowsOf(network, dataset, dataset.heldOut, encoding);
  for (const rows of heldOut ? [training, heldOut] : [training]) expectTargets(loss, rows, network.graph);

  const optimizer = optimizers[settings.optimizer](settings.learningRate);
  const batchSize = optimizer.fullBatch === true ? training.count : Math.min(settings.batchSize, training.count);
  const executor = engine.prepare(network.graph, batchSize);
  executor.parameters.set(network.parameters.vector);
  const { nextBatch, batch } = batchesOf(training, batchSize, new Random(settings.seed), network.graph);
  const session = {
    network,
    loss,
    encoding,
    executor,
    training,
    heldOut,
    batchSize,
    stepsPerEpoch: Math.ceil(training.count / batchSize),
    steps: 0,
    step() {
      nextBatch();
      const value = executor.step(batch.inputs, batch.targets, batch.count, loss, optimizer);
      if (Number.isFinite(value)) session.steps++;
      return value;
    },
    dispose: () => executor.dispose(),
  };
  return session;
}

/** Batches in a new order each epoch, drawn as `fit` draws it. */
function batchesOf(rows: Rows, batchSize: number, random: Random, { inputCount, outputs }: Graph) {
  const batch = {
    count: 0,
    inputs: new Float64Array(batchSize * inputCount),
    targets: new Float64Array(batchSize * outputs.length),
  };
  const order = new Uint32Array(rows.count);
  let at = order.length;
  const nextBatch = () => {
    if (at === order.length) {
      at = 0;
      for (let s = 0; s < order.length; s++) order[s] = s;
      random.shuffle(order);
    }
    batch.count = Math.min(batchSize, order.length - at);
    for (let s = 0; s < batch.count; s++) {
      const from = order[at++];
      batch.inputs.set(rows.inputs.subarray(from * inputCount, (from + 1) * inputCount), s * inputCount);
      batch.targets.set(rows.targets.subarray(from * outputs.length, (from + 1) * outputs.length), s * outputs.length);
    }
  };
  return { batch, nextBatch };
}

/** Inputs and targets in the network's units, a class as the loss wants it written. */
function rowsOf(network: Network, { task, classes }: Dataset, part: Part, { no, yes }: Encoding): Rows {
  const { inputScaler, outputScaler } = network;
  const { inputCount, outputs } = network.graph;
  const inputs = inputScaler ? part.inputs.map((value, at) => inputScaler.apply(value, at % inputCount)) : part.inputs;
  const targets = new Float64Array(part.count * outputs.length);
  for (let s = 0; s < part.count; s++) {
    const answer = part.answers[s];
    if (task === 'regression') targets[s] = outputScaler?.apply(answer, 0) ?? answer;
    else if (task === 'binary') targets[s] = answer === 1 ? yes : no;
    else for (let k = 0; k < classes.length; k++) targets[s * classes.length + k] = answer === k ? yes : no;
  }
  return { count: part.count, inputs, targets };
}

function expectTargets(loss: Loss, { count, targets }: Rows, { outputs }: Graph): void {
  for (let s = 0; s < count; s++) {
    const problem = loss.targetProblem?.(targets.subarray(s * outputs.length, (s + 1) * outputs.length));
    if (problem !== undefined) throw new NnbpError('WRONG_TARGET', `Sample ${s}, for ${loss.name}: ${problem}.`);
  }
}

/** Mean and deviation of each column; a column that never changes keeps its size. */
function unitsOf(values: Float64Array, count: number): Standardization {
  const width = values.length / count;
  const mean = new Array<number>(width).fill(0);
  const deviation = new Array<number>(width).fill(0);
  for (let at = 0; at < values.length; at++) mean[at % width] += values[at] / count;
  for (let at = 0; at < values.length; at++) deviation[at % width] += (values[at] - mean[at % width]) ** 2 / count;
  return new Standardization(
    mean,
    deviation.map((variance, k) => {
      const size = Math.sqrt(variance);
      return size > 1e-12 * Math.abs(mean[k]) ? size : 1;
    }),
  );
}
