/** What the terminal shows: headings, tables, progress. Without a terminal, progress is a line at the end. */
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';

/** A part's title. */
export function heading(text: string): void {
  console.log(`\n${pc.bold(text)}\n`);
}

/** Prose, folded at the terminal's usual width. */
export function say(text: string): void {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length > 92) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  console.log(lines.map((line) => line.trimEnd()).join('\n'));
}

/** Rows under a head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const drawn = new Table({
    head: [...head],
    style: { head: ['cyan'], border: ['gray'], compact: true },
    colAligns: head.map((_, k) => (k === 0 ? 'left' : 'right')),
  });
  drawn.push(...rows.map((row) => [...row]));
  console.log(drawn.toString());
}

/** A number with six digits that count. */
export const digits = (value: number): string =>
  value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)
    ? value.toExponential(4)
    : Number(value.toPrecision(6)).toString();

export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** A bar that fills as the work is done. */
export function progressBar(label: string, total: number): { update(done: number, note: string): void; stop(): void } {
  if (!process.stdout.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: `${label} {bar} {percentage} %  {note}`, hideCursor: true, barsize: 40 });
  bar.start(total, 0, { note: '' });
  return { update: (done, note) => bar.update(done, { note }), stop: () => bar.stop() };
}

/** A figure that must be reached: shown, and remembered for the end. */
export class Promises {
  readonly #broken: string[] = [];

  /** Shows whether it was. */
  expect(kept: boolean, what: string): void {
    console.log(`${kept ? pc.green('✓') : pc.red('✗')} ${what}`);
    if (!kept) this.#broken.push(what);
  }

  get broken(): readonly string[] {
    return this.#broken;
  }
}
