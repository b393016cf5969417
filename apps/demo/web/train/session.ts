/** A training run of the Train view: a `Trainer` with the chosen settings and data set. */
import type { Engine, FloatArray, Graph, Loss, Network, Optimizer } from '@nnbp/core';
import { DivergedError, type Tables, Trainer } from '@nnbp/train';
import { adagrad, adam, lion, nadam, rmsprop, rprop, sgd } from '@nnbp/optim';
import type { Functions } from '../functions.js';
import type { Settings } from '../shared/training-settings.js';
import type { Dataset, SampleSet } from './data/dataset.js';
import { type Encoding, encodingFor } from './loss-problem.js';
import { networkFor } from './network-for.js';

/** A set of samples in standardized units. The rows of the samples are concatenated. */
export interface Rows {
  readonly count: number;
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

export interface Session {
  readonly network: Network;
  readonly loss: Loss;
  readonly encoding: Encoding;
  /** Current parameters, in the precision of the engine. */
  readonly parameters: FloatArray;
  readonly training: Rows;
  readonly validation: Rows | undefined;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Takes a step and returns the loss of the batch. If the step diverges, returns NaN and keeps the parameters. */
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

/**
 * Prepares a training run.
 *
 * @throws NnbpError `MISSING_PLUGIN` for an unknown function, `WRONG_TARGET` for targets that the loss does not accept
 */
export function openSession(settings: Settings, dataset: Dataset, functions: Functions, engine: Engine): Session {
  const loss = functions.loss(settings.loss);
  const network = networkFor(settings, dataset, functions);
  const encoding = encodingFor(loss);
  const optimizer = optimizers[settings.optimizer](settings.learningRate);
  // Standardized targets can be negative. Some losses reject negative targets.
  const canScaleTargets = dataset.task === 'regression' && loss.targetProblem?.([-1]) === undefined;
  const trainer = new Trainer(network, tablesOf(network.graph, dataset, dataset.training, encoding), {
    loss,
    optimizer,
    engine,
    seed: settings.seed,
    ...(optimizer.fullBatch !== true && { batchSize: settings.batchSize }),
    standardize: { inputs: dataset.standardize, targets: dataset.standardize && canScaleTargets },
  });
  const session = {
    network,
    loss,
    encoding,
    parameters: trainer.parameters,
    training: rowsOf(network, dataset, dataset.training, encoding),
    validation: dataset.validation && rowsOf(network, dataset, dataset.validation, encoding),
    batchSize: trainer.batchSize,
    stepsPerEpoch: Math.ceil(dataset.training.count / trainer.batchSize),
    steps: 0,
    step() {
      try {
        const value = trainer.step() as number;
        session.steps++;
        return value;
      } catch (error) {
        if (error instanceof DivergedError) return NaN;
        throw error;
      }
    },
    dispose: () => void trainer.dispose(),
  };
  return session;
}

/** Converts a set of samples to tables, in the original units of the data. */
function tablesOf(graph: Graph, dataset: Dataset, set: SampleSet, encoding: Encoding): Tables {
  const rows = (values: Float64Array, width: number) =>
    Array.from({ length: set.count }, (_, s) => values.subarray(s * width, (s + 1) * width));
  return {
    inputs: rows(set.inputs, graph.inputCount),
    targets: rows(encodedTargets(dataset, set, encoding), graph.outputs.length),
  };
}

/**
 * Returns the targets, [samples × outputs]. For regression, they are in the original units of the data. For
 * classification, they are the numbers that the loss expects.
 */
function encodedTargets({ task, classes }: Dataset, set: SampleSet, { no, yes }: Encoding): Float64Array {
  if (task === 'regression') return Float64Array.from(set.targets);
  if (task === 'binary') return Float64Array.from(set.targets, (label) => (label === 1 ? yes : no));
  const targets = new Float64Array(set.count * classes.length).fill(no);
  for (let s = 0; s < set.count; s++) targets[s * classes.length + set.targets[s]] = yes;
  return targets;
}

function rowsOf(network: Network, dataset: Dataset, set: SampleSet, encoding: Encoding): Rows {
  const { inputScaler, outputScaler } = network;
  const { inputCount, outputs } = network.graph;
  const targets = encodedTargets(dataset, set, encoding);
  return {
    count: set.count,
    inputs: inputScaler ? set.inputs.map((value, at) => inputScaler.apply(value, at % inputCount)) : set.inputs,
    targets: outputScaler ? targets.map((value, at) => outputScaler.apply(value, at % outputs.length)) : targets,
  };
}
