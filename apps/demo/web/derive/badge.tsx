/** Badge with the name and colour of case 1, 2 or 3 of backpropagation, or of the forward pass. */
import { useMessages } from '../language.js';
import styles from './badge.module.css';
import { messages } from './messages.js';

interface Props {
  readonly name: 1 | 2 | 3 | 'forward';
  /** The glossary term to explain when the pointer is over the badge. */
  readonly term?: string | number;
}

export function CaseBadge({ name, term }: Props) {
  const { cases } = useMessages(messages);
  return (
    <span className={styles.badge} data-case={name} data-term={term}>
      {cases[name]}
    </span>
  );
}
