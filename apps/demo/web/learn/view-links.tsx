/** Links from the last chapter to the other views. */
import { useMessages } from '../language.js';
import { articleDescription } from '../article.js';
import { requestPlay } from '../shared/play-next.js';
import { defaultState } from '../state.js';
import { useOffers } from '../offered-views.js';
import { update } from '../store.js';
import styles from './card.module.css';
import { messages } from './messages.js';

export function ViewLinks() {
  const offers = useOffers();
  const say = useMessages(messages);
  const links = [
    { view: 'train', label: say.toTrain, open: toTrain },
    { view: 'build', label: say.toBuild, open: toBuild },
    { view: 'extend', label: say.toExtend, open: toExtend },
    { view: 'derive', label: say.toDerive, open: toDerive },
  ] as const;
  const offered = links.filter(({ view }) => offers(view));
  if (offered.length === 0) return null;
  return (
    <nav className={styles.nextSteps} aria-label={say.viewLinks}>
      {offered.map(({ view, label, open }) => (
        <button key={view} type="button" onClick={open}>
          {label}
        </button>
      ))}
    </nav>
  );
}

const toBuild = () =>
  update((state) => ({ ...state, view: 'build', network: articleDescription, task: 'four-successors' }));
const toExtend = () => update((state) => ({ ...state, view: 'extend', task: 'softsign' }));
const toDerive = () => update((state) => ({ ...state, view: 'derive', network: articleDescription }));

/** Opens the Train view and trains one node on y = 3x with gradient descent, as in the chapter on the learning rate. */
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
