/** A letter of the notation, in the font of formulas. */
import type { ReactNode } from 'react';
import styles from './letter.module.css';

export function Letter({ children }: { readonly children: ReactNode }) {
  return <span className={styles.letter}>{children}</span>;
}
