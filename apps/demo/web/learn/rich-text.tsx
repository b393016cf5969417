/** Text in which quantities such as `x_4` are shown as a symbol with a subscript. */
import { pieces } from './text.js';
import styles from './rich-text.module.css';

export function RichText({ text }: { readonly text: string }) {
  return pieces(text).map((piece, k) =>
    piece.symbol === undefined ? (
      piece.text
    ) : (
      <span key={k} className={styles.quantity}>
        {piece.symbol}
        {piece.index !== undefined && <sub>{piece.index}</sub>}
      </span>
    ),
  );
}
