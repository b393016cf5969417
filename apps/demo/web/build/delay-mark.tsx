/** Shows the delay of an edge as the operator z⁻¹ of signal processing. Renders nothing for delay 0. */
import { delayOperator } from '../shared/delay.js';
import styles from './delay-mark.module.css';

export function DelayMark({ delay }: { readonly delay: number }) {
  return delay > 0 && <span className={styles.delay}>{delayOperator(delay)}</span>;
}
