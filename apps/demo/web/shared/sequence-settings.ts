/** Settings for training on sequences: the defaults of each data set, and which data sets fit a graph. */
import type { NetworkDescription, PlaygroundState } from '../state.js';

export type Settings = PlaygroundState['sequences'];
export type Kind = Settings['kinds'][number];
export type LayerKind = Exclude<Kind, 'graph'>;
export type SequenceDataName = Settings['data'];

/** The numeric columns of a table. */
export interface SequenceTable {
  readonly names: readonly string[];
  /** The values, indexed [row][column]. */
  readonly rows: readonly (readonly number[])[];
  /** Index of the column to forecast. */
  readonly target: number;
}

export const layerKinds = ['rnn', 'lstm', 'gru'] as const satisfies readonly LayerKind[];

const defaults: Readonly<Record<SequenceDataName, Pick<Settings, 'steps' | 'units' | 'learningRate'>>> = {
  'temporal-xor': { steps: 20, units: 8, learningRate: 0.01 },
  recall: { steps: 25, units: 8, learningRate: 0.02 },
  sine: { steps: 40, units: 8, learningRate: 0.01 },
  series: { steps: 24, units: 8, learningRate: 0.01 },
};

const suitableLoss: Readonly<Record<SequenceDataName, string>> = {
  'temporal-xor': 'binaryCrossEntropyWithLogits',
  recall: 'softmaxCrossEntropy',
  sine: 'mse',
  series: 'mse',
};

/** Returns the name of the loss: by default, the loss that suits the data set. */
export const lossOf = ({ loss, data }: Pick<Settings, 'loss' | 'data'>): string => loss ?? suitableLoss[data];

/** Returns the settings with another data set and its defaults. */
export const withSequences = (settings: Settings, data: SequenceDataName): Settings => ({
  ...settings,
  ...defaults[data],
  data,
  loss: settings.kinds.includes('graph') ? 'mse' : null,
  taken: 0,
});

/** The number of inputs and outputs of each data set. For a table (`series`), they depend on its columns. */
export const widths: Readonly<Record<Exclude<SequenceDataName, 'series'>, readonly [inputs: number, outputs: number]>> =
  { sine: [1, 1], 'temporal-xor': [1, 1], recall: [7, 4] };

const fits = ({ inputs, outputs }: NetworkDescription, data: SequenceDataName): boolean =>
  data === 'series' ? outputs.length === 1 : inputs.length === widths[data][0] && outputs.length === widths[data][1];

/**
 * Returns the settings that train a graph with delays. If the data set does not fit the graph, switches to one that fits,
 * if there is one.
 */
export function withSequenceGraph(settings: Settings, graph: NetworkDescription): Settings {
  const names = ['sine', 'temporal-xor', 'recall', 'series'] as const;
  const data = fits(graph, settings.data) ? settings.data : (names.find((name) => fits(graph, name)) ?? settings.data);
  return { ...withSequences({ ...settings, kinds: ['graph'] }, data), shown: 'graph', graph, open: true };
}
