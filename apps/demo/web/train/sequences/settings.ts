/** Settings of a training run on sequences. */
import type { PlaygroundState } from '../../state.js';

export type Settings = PlaygroundState['sequences'];
export type Kind = Settings['kinds'][number];
export type SequenceDataName = Settings['data'];

/** The columns of numbers of a table, in the order of its rows. */
export interface SequenceTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  /** The column to forecast. */
  readonly target: number;
}

export const kinds = ['rnn', 'lstm', 'gru'] as const satisfies readonly Kind[];

/** Settings that suit each data set. */
const defaults: Readonly<Record<SequenceDataName, Pick<Settings, 'steps' | 'units' | 'learningRate'>>> = {
  'temporal-xor': { steps: 20, units: 8, learningRate: 0.01 },
  recall: { steps: 25, units: 8, learningRate: 0.02 },
  sine: { steps: 40, units: 8, learningRate: 0.01 },
  series: { steps: 24, units: 8, learningRate: 0.01 },
};

/** The settings after another data set was chosen. */
export const withSequences = (settings: Settings, data: SequenceDataName): Settings => ({
  ...settings,
  ...defaults[data],
  data,
  taken: 0,
});
