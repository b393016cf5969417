/** Buttons that switch between samples and sequences. */
import { useMessages } from '../language.js';
import { update, usePlayground } from '../store.js';
import styles from './data-kind.module.css';
import { messages } from './messages.js';

export function DataKind() {
  const say = useMessages(messages);
  const showsSequences = usePlayground(({ sequences }) => sequences.open);
  return (
    <div className={styles.segments} role="group" aria-label={say.dataKind}>
      {[false, true].map((open) => (
        <button
          key={String(open)}
          type="button"
          aria-pressed={open === showsSequences}
          onClick={() => update((state) => ({ ...state, sequences: { ...state.sequences, open } }))}
        >
          {open ? say.sequences : say.samples}
        </button>
      ))}
    </div>
  );
}
