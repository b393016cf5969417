/** The page's training run on sequences. It is kept while other views are shown, and the state stores its step count. */
import { update } from '../../store.js';
import { SequenceTraining } from './training.js';

export const training = new SequenceTraining((taken) =>
  update((state) => (state.sequences.taken === taken ? state : { ...state, sequences: { ...state.sequences, taken } })),
);
