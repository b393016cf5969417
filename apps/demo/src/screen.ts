/** Terminal output: headings, tables, progress bars, checks. */
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';

/** Prints the heading of a section. */
export function heading(text: string): void {
  console.log(`\n${pc.bold(text)}\n`);
}

/** Prints text, wrapped at 92 columns. */
export function say(text: string): void {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length > 92) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  console.log(lines.map((line) => line.trimEnd()).join('\n'));
}

/** Prints a table with a header row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const drawn = new Table({
    head: [...head],
    style: { head: ['cyan'], border: ['gray'], compact: true },
    colAligns: head.map((_, k) => (k === 0 ? 'left' : 'right')),
  });
  drawn.push(...rows.map((row) => [...row]));
  console.log(drawn.toString());
}

/** Formats a number with up to six significant digits. */
export const digits = (value: number): string =>
  value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)
    ? value.toExponential(4)
    : Number(value.toPrecision(6)).toString();

export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** Creates a progress bar. Shows nothing if stdout is not a terminal. */
export function progressBar(label: string, total: number): { update(done: number, note: string): void; stop(): void } {
  if (!process.stdout.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: `${label} {bar} {percentage} %  {note}`, hideCursor: true, barsize: 40 });
  bar.start(total, 0, { note: '' });
  return { update: (done, note) => bar.update(done, { note }), stop: () => bar.stop() };
}

/** Prints the outcome of checks and collects those that fail. */
export class Checks {
  readonly #failed: string[] = [];

  /** Prints the claim with ✓ or ✗. If the check failed, adds the claim to `failed`. */
  expect(passed: boolean, claim: string): void {
    console.log(`${passed ? pc.green('✓') : pc.red('✗')} ${claim}`);
    if (!passed) this.#failed.push(claim);
  }

  get failed(): readonly string[] {
    return this.#failed;
  }
}
