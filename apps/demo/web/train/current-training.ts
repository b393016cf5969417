/**
 * The page's training run on samples (not sequences). It is kept while other views are shown, and the state stores its
 * step count.
 */
import { update } from '../store.js';
import { Training } from './training.js';

export const training = new Training();

/** Milliseconds between two updates of the step count in the state. */
const updateInterval = 1000;
let lastUpdate = -Infinity;

training.subscribe(() => {
  const { opening, playing, snapshot } = training.view;
  if (opening || snapshot === undefined) return;
  const now = performance.now();
  if (playing && now - lastUpdate < updateInterval) return;
  lastUpdate = now;
  const { steps } = snapshot;
  update((state) => (state.train.steps === steps ? state : { ...state, train: { ...state.train, steps } }));
});
