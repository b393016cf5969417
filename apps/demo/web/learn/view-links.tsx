/** Links from the last chapter to the other views. */
import { useMessages } from '../language.js';
import { articleDescription } from '../article.js';
import { requestPlay } from '../shared/play-next.js';
import { defaultState } from '../state.js';
import { update } from '../store.js';
import styles from './card.module.css';
import { messages } from './messages.js';

export function ViewLinks() {
  const say = useMessages(messages);
  return (
    <nav className={styles.nextSteps} aria-label={say.viewLinks}>
      <button type="button" onClick={toTrain}>
        {say.toTrain}
      </button>
      <button
        type="button"
        onClick={() =>
          update((state) => ({ ...state, view: 'build', network: articleDescription, task: 'four-successors' }))
        }
      >
        {say.toBuild}
      </button>
      <button type="button" onClick={() => update((state) => ({ ...state, view: 'extend', task: 'softsign' }))}>
        {say.toExtend}
      </button>
      <button
        type="button"
        onClick={() => update((state) => ({ ...state, view: 'derive', network: articleDescription }))}
      >
        {say.toDerive}
      </button>
    </nav>
  );
}

/** Trains y = 3x with one node and gradient descent, as in the chapter on the learning rate. */
function toTrain(): void {
  requestPlay();
  update((state) => ({
    ...state,
    view: 'train',
    train: {
      ...defaultState.train,
      data: 'tripling',
      hidden: [],
      outputActivation: 'identity',
      loss: 'mse',
      optimizer: 'sgd',
      learningRate: 0.05,
      batchSize: 5,
      noise: 0,
    },
  }));
}
