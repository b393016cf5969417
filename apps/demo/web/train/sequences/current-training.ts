/** The training run of the page on sequences, which is kept while other views are shown. The state has its step count. */
import { update } from '../../store.js';
import { SequenceTraining } from './training.js';

export const training = new SequenceTraining((taken) =>
  update((state) => (state.sequences.taken === taken ? state : { ...state, sequences: { ...state.sequences, taken } })),
);
