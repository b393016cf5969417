/** Shows the delay of an edge in the notation of signal processing, such as z⁻². Renders nothing if the delay is 0. */
import { delayOperator } from '../shared/delay.js';
import styles from './delay-mark.module.css';

export function DelayMark({ delay }: { readonly delay: number }) {
  return delay > 0 && <span className={styles.delay}>{delayOperator(delay)}</span>;
}
