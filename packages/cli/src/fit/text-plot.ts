/** A plot for the terminal: points and curve in braille characters, each a grid of 2 × 4 dots. */
import { short } from '../guess.js';
import { visible } from '../visible.js';
import { heightOf, type Picture, rangeOf } from './picture.js';

const [columns, lines] = [60, 15];
const [dotsAcross, dotsDown] = [2 * columns, 4 * lines];
/** The bit of each dot of a character, by its place. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const braille = 0x2800;

/** The plot: the curve as a line of dots, an observation as ●. */
export function textPlot(picture: Picture): string {
  const { points, curve, xLabel, yLabel } = picture;
  const xRange = rangeOf([...points.map(([x]) => x), ...curve.map(({ x }) => x)]);
  const yRange = heightOf(picture);
  const place = (value: number, [least, most]: readonly number[], dots: number) =>
    Math.round(((value - least) / (most - least)) * (dots - 1));
  const cells = new Uint8Array(columns * lines);
  const observed = new Uint8Array(columns * lines);
  const cellAt = (x: number, y: number) => {
    const across = place(x, xRange, dotsAcross);
    const down = dotsDown - 1 - place(y, yRange, dotsDown);
    return { cell: (down >> 2) * columns + (across >> 1), bit: bits[down & 3][across & 1] };
  };
  for (let k = 1; k < curve.length; k++) {
    // A steep piece needs more dots than it has points.
    for (let part = 0; part <= 8; part++) {
      const between = (of: 'x' | 'y') => curve[k - 1][of] + ((curve[k][of] - curve[k - 1][of]) * part) / 8;
      const { cell, bit } = cellAt(between('x'), between('y'));
      cells[cell] |= bit;
    }
  }
  for (const [x, y] of points) observed[cellAt(x, y).cell] = 1;
  const rows = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: columns }, (_, column) => {
      const at = line * columns + column;
      return observed[at] === 1 ? '●' : cells[at] === 0 ? ' ' : String.fromCharCode(braille + cells[at]);
    }).join(''),
  );
  const labels = rows.map((_, line) => (line === 0 ? short(yRange[1]) : line === lines - 1 ? short(yRange[0]) : ''));
  const width = Math.max(...labels.map(({ length }) => length));
  const [left, right] = xRange.map(short);
  return [
    `  ${visible(yLabel)}`,
    ...rows.map((row, line) => `  ${labels[line].padStart(width)} │${row}`.trimEnd()),
    `  ${' '.repeat(width)} └${'─'.repeat(columns)}`,
    `  ${' '.repeat(width)}  ${left}${right.padStart(Math.max(1, columns - left.length))}`,
    `  ${' '.repeat(width)}  ${visible(xLabel)}`,
    '',
  ].join('\n');
}
