/** Buttons below the graph for the choices of a task, because nodes and edges are too small to tap on phones. */
import type { ReactNode } from 'react';
import { pick, picked } from '../task.js';
import styles from './stage.module.css';

interface Props {
  readonly names: readonly string[];
  /** Number of choices to pick. */
  readonly count: number;
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly contentOf: (name: string) => ReactNode;
}

export function PickButtons({ names, count, draft, onDraft, contentOf }: Props) {
  return (
    <div className={styles.messages}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={picked(draft).includes(name)}
          onClick={() => onDraft(pick(draft, name, count))}
        >
          {contentOf(name)}
        </button>
      ))}
    </div>
  );
}
