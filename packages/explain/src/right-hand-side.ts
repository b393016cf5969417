/** Writes the right-hand side of a formula twice, with letters and with numbers; a long sum by its two ends. */
import { ends, type Expression, timesEach, type Write } from './expression.js';
import type { Notation } from './notation.js';

/** Both ways to write it. */
export interface Right {
  /** With letters. */
  readonly formula: string;
  /** With numbers. */
  readonly numbers: string;
}

/** At most `most` summands, numbers rounded to `digits`. */
export function right(expression: Expression, notation: Notation, most = 6, digits = 6): Right {
  const asLetter: Write = ({ letter }) => notation.letter(letter);
  const asNumber: Write = ({ value }, first = false) => {
    const number = notation.number(value, digits);
    return !first && number.startsWith('-') ? `(${number})` : number;
  };
  const forms = expression.forms ?? [
    (_: Notation, write: Write) => sumOf(expression, notation, write, Math.max(most, 2)),
  ];
  return {
    formula: [...new Set(forms.map((form) => form(notation, asLetter)))].join(' = '),
    numbers: forms[forms.length - 1](notation, asNumber),
  };
}

function sumOf({ count, summand }: Expression, notation: Notation, write: Write, most: number): string {
  if (count === 0) return '0';
  const written = ends(count, most).map((k, at) =>
    k < 0 ? notation.dots(count - most) : timesEach(notation, write, summand(k), at === 0),
  );
  return written.join(' + ');
}
