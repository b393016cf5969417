/** The training of the page, which continues while other views are shown. The state follows its steps. */
import { update } from '../store.js';
import { Training } from './training.js';

export const training = new Training();

/** Milliseconds between two updates of the step count in the state. */
const pace = 1000;
let noted = -Infinity;

training.subscribe(() => {
  const { opening, playing, snapshot } = training.view;
  if (opening || snapshot === undefined) return;
  const now = performance.now();
  if (playing && now - noted < pace) return;
  noted = now;
  const { steps } = snapshot;
  update((state) => (state.train.steps === steps ? state : { ...state, train: { ...state.train, steps } }));
});
