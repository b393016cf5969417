/** The delay of an edge, as the operator z⁻¹ of signal processing; nothing without a delay. */
import { delayOperator } from '../shared/delay.js';
import styles from './delay-mark.module.css';

export function DelayMark({ delay }: { readonly delay: number }) {
  return delay > 0 && <span className={styles.delay}>{delayOperator(delay)}</span>;
}
