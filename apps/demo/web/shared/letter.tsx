/** A symbol of the notation, such as h, in the font of the formulas. */
import type { ReactNode } from 'react';
import styles from './letter.module.css';

export function Letter({ children }: { readonly children: ReactNode }) {
  return <span className={styles.letter}>{children}</span>;
}
