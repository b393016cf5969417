/** The name of a case in its colour. */
import { useMessages } from '../language.js';
import styles from './badge.module.css';
import { messages } from './messages.js';

interface Props {
  readonly of: 1 | 2 | 3 | 'forward';
  /** The term that explains it while the pointer is on it. */
  readonly term?: string | number;
}

export function CaseBadge({ of, term }: Props) {
  const { cases } = useMessages(messages);
  return (
    <span className={styles.badge} data-case={of} data-term={term}>
      {cases[of]}
    </span>
  );
}
