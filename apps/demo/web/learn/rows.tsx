/** The content of a node in a graph picture: its id, and a row for each number. */
import type { ReactNode } from 'react';
import { RoundedNumber } from '../shared/rounded-number.js';
import { RichText } from './rich-text.js';
import styles from './rows.module.css';

export interface Row {
  /** Name of the quantity, such as `h_4` or `dloss/dx_4`. */
  readonly name: string;
  /** Value of the quantity; undefined is shown as "?". */
  readonly value?: number | undefined;
  readonly tone?: 'case-1' | 'case-2' | 'case-3';
  /** Called on a click. Makes the row a button, except on phones, where nodes are too small for buttons. */
  readonly onPick?: (() => void) | undefined;
  readonly picked?: boolean;
}

export function Rows({ id, rows }: { readonly id: string; readonly rows: readonly Row[] }) {
  return (
    <>
      <b className={styles.id}>{id}</b>
      {rows.map((row) => (
        <RowLine key={row.name} row={row} />
      ))}
    </>
  );
}

function RowLine({ row: { name, value, tone, onPick, picked = false } }: { readonly row: Row }) {
  const content: ReactNode = (
    <>
      <RichText text={name} />
      {value === undefined ? <span className={styles.unknown}>?</span> : <RoundedNumber value={value} digits={4} />}
    </>
  );
  const className = `${styles.row} ${tone === undefined ? '' : styles[tone]}`;
  if (onPick === undefined) return <div className={className}>{content}</div>;
  return (
    <>
      <button type="button" className={`${className} ${styles.pickable}`} aria-pressed={picked} onClick={onPick}>
        {content}
      </button>
      <div className={`${className} ${styles.unpickable}`}>{content}</div>
    </>
  );
}
