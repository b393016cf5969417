/** Draws plots in the terminal: lines in braille characters, which have 2 × 4 dots each, and points as marks. */
import { short } from './guess.js';
import { visible } from './visible.js';

/** Coordinates, in the units of the data. */
export type Point = readonly [x: number, y: number];

export interface TextPlot {
  readonly xRange: readonly [min: number, max: number];
  readonly yRange: readonly [min: number, max: number];
  /** Points of the line, connected by dots. */
  readonly line: readonly Point[];
  /** Marks drawn over the line, in order. */
  readonly marks: readonly { readonly mark: string; readonly points: readonly Point[] }[];
  readonly title: string;
  /** Labels at the two ends of the x axis. */
  readonly xEnds: readonly [string, string];
  readonly xLabel: string;
}

const [columnCount, rowCount] = [60, 15];
const [dotsAcross, dotsDown] = [2 * columnCount, 4 * rowCount];
/** The bit of each dot of a braille character: `bits[row][column]`. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const braille = 0x2800;

export function textPlot({ xRange, yRange, line, marks, title, xEnds, xLabel }: TextPlot): string {
  const toDot = (value: number, [min, max]: readonly number[], dots: number) =>
    Math.round(((value - min) / (max - min)) * (dots - 1));
  const cells = new Uint8Array(columnCount * rowCount);
  const marked = new Array<string>(columnCount * rowCount).fill('');
  const dotAt = ([x, y]: Point) => ({
    across: toDot(x, xRange, dotsAcross),
    down: dotsDown - 1 - toDot(y, yRange, dotsDown),
  });
  const cellAt = (point: Point) => {
    const { across, down } = dotAt(point);
    return { cell: (down >> 2) * columnCount + (across >> 1), bit: bits[down & 3][across & 1] };
  };
  for (let k = 1; k < line.length; k++) {
    const [from, to] = [line[k - 1], line[k]];
    const [first, last] = [dotAt(from), dotAt(to)];
    // Enough parts that neighbouring points are at most one dot apart.
    const parts = Math.max(1, Math.abs(last.across - first.across), Math.abs(last.down - first.down));
    for (let part = 0; part <= parts; part++) {
      const { cell, bit } = cellAt([
        from[0] + ((to[0] - from[0]) * part) / parts,
        from[1] + ((to[1] - from[1]) * part) / parts,
      ]);
      cells[cell] |= bit;
    }
  }
  for (const { mark, points } of marks) for (const point of points) marked[cellAt(point).cell] = mark;
  const rows = Array.from({ length: rowCount }, (_, down) =>
    Array.from({ length: columnCount }, (_, across) => {
      const at = down * columnCount + across;
      return marked[at] !== '' ? marked[at] : cells[at] === 0 ? ' ' : String.fromCharCode(braille + cells[at]);
    }).join(''),
  );
  const labels = rows.map((_, down) => (down === 0 ? short(yRange[1]) : down === rowCount - 1 ? short(yRange[0]) : ''));
  const width = Math.max(...labels.map(({ length }) => length));
  const [left, right] = xEnds;
  return [
    `  ${visible(title)}`,
    ...rows.map((row, down) => `  ${labels[down].padStart(width)} │${row}`.trimEnd()),
    `  ${' '.repeat(width)} └${'─'.repeat(columnCount)}`,
    `  ${' '.repeat(width)}  ${left}${right.padStart(Math.max(1, columnCount - left.length))}`,
    `  ${' '.repeat(width)}  ${visible(xLabel)}`,
    '',
  ].join('\n');
}
