/**
 * The settings of the Train view: defaults for each data set, and the loss and output activation that suit each task.
 */
import type { PlaygroundState } from '../state.js';
import { hasSameContent } from './same-content.js';

export type Settings = PlaygroundState['train'];
export type DataName = Settings['data'];

/**
 * `regression`: predicts a number. `binary`: two classes, one output. `classes`: several classes, one output per class.
 */
export type Task = 'regression' | 'binary' | 'classes';

/** The settings that must suit the task. */
export type LossSettings = Pick<Settings, 'loss' | 'outputActivation'>;

const suitable: Readonly<Record<Task, LossSettings>> = {
  regression: { loss: 'mse', outputActivation: 'identity' },
  binary: { loss: 'binaryCrossEntropyWithLogits', outputActivation: 'identity' },
  classes: { loss: 'softmaxCrossEntropy', outputActivation: 'identity' },
};

/** The planar data sets: points in the plane, in two classes. */
const planarNames: readonly DataName[] = ['xor', 'circles', 'moons', 'spirals'];

/** Returns the task of a data set. The task of the user's table depends on the target column instead. */
export const taskOf = (data: Exclude<DataName, 'csv'>): Task =>
  data === 'iris' || data === 'digits' ? 'classes' : planarNames.includes(data) ? 'binary' : 'regression';

const planar: Partial<Settings> = {
  hidden: [8, 8],
  activation: 'tanh',
  optimizer: 'adam',
  learningRate: 0.03,
  batchSize: 16,
};

const defaults: Readonly<Record<DataName, Partial<Settings>>> = {
  tripling: { hidden: [], optimizer: 'sgd', learningRate: 0.04, batchSize: 5 },
  'five-points': { hidden: [5], activation: 'leakyRelu', optimizer: 'rprop', learningRate: 0.01, batchSize: 5 },
  xor: planar,
  circles: planar,
  moons: { ...planar, activation: 'gelu' },
  spirals: { ...planar, hidden: [10, 10], activation: 'gelu', learningRate: 0.01, batchSize: 32 },
  drawn: { hidden: [16, 16], activation: 'tanh', optimizer: 'adam', learningRate: 0.01, batchSize: 16 },
  iris: { hidden: [8], activation: 'tanh', optimizer: 'adam', learningRate: 0.02, batchSize: 16 },
  digits: { hidden: [128], activation: 'relu', optimizer: 'adam', learningRate: 0.003, batchSize: 32, speed: 'full' },
  csv: { hidden: [12], activation: 'tanh', optimizer: 'adam', learningRate: 0.01, batchSize: 16 },
};

/** The default points of the data set `drawn`: a sine curve. */
const wave = Array.from({ length: 48 }, (_, k) => {
  const x = -1 + (2 * k) / 47;
  return [x, 0.7 * Math.sin(4.5 * x)].map((value) => Math.round(value * 1000) / 1000);
}).flat();

/**
 * Returns the settings with another data set and its defaults. Switching between two planar data sets keeps the
 * settings if the user has changed any.
 */
export function withData(settings: Settings, data: DataName): Settings {
  const arePlanar = planarNames.includes(data) && planarNames.includes(settings.data);
  const isDefault = Object.entries(defaults[settings.data]).every(([key, value]) =>
    hasSameContent(settings[key as keyof Settings], value),
  );
  if (arePlanar && !isDefault) return { ...settings, data, sample: null };
  const drawn = data === 'drawn' && settings.drawn.length === 0 ? wave : settings.drawn;
  const next: Settings = {
    ...settings,
    convolution: null,
    speed: 'steady',
    ...defaults[data],
    drawn,
    data,
    sample: null,
  };
  return data === 'csv' ? next : withTask(next, taskOf(data));
}

/**
 * Adds, changes or removes the convolution; returns only the settings that change. Adding a convolution removes the
 * hidden layers and sets the learning rate; removing the convolution restores the defaults of the data set.
 */
export const withConvolution = (settings: Settings, convolution: Settings['convolution']): Partial<Settings> => ({
  convolution,
  ...(convolution === null && defaults[settings.data]),
  ...(convolution !== null && settings.convolution === null && { hidden: [], learningRate: 0.01 }),
});

/**
 * Returns the settings with the default loss and output activation for a task. For the user's graph, only the loss is
 * set: mse.
 */
export const withTask = (settings: Settings, task: Task): Settings => ({
  ...settings,
  ...(settings.graph === null ? suitable[task] : { loss: 'mse' }),
});
