/**
 * Runs the commands of the command-line guide in order, and compares their output with the guide. Decimal numbers are
 * not compared.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { irisCsv, workspace } from './workspace.js';

const guide = await readFile(new URL('../../../docs/guides/command-line.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);

/** Splits a line into words as a shell does; spaces within quotes are kept. */
const words = (line: string) => (line.match(/(?:"[^"]*"|[^ "])+/g) ?? []).map((word) => word.replaceAll('"', ''));

describe('the command-line guide', () => {
  it('the commands of the guide work and print the output that the guide shows', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv, 'bent.mjs': blocks('js')[0] });
    const commands = blocks('sh')
      .flatMap((text) => text.trim().split('\n'))
      .filter((line) => line.startsWith('nnbp '));
    const printed: string[] = [];
    for (const line of commands) {
      const { code, stdout, stderr } = await nnbp(...words(line).slice(1));
      expect(code, `${line}\n${stderr}`).toBe(0);
      printed.push(stdout);
    }
    expect(commands.length).toBeGreaterThan(15);
    // Times depend on the machine. Rounding errors, and therefore the best epoch, depend on whether the processor
    // supports fused multiply-add.
    const normalized = (text: string) =>
      text
        .replace(/(?<!\d)\d+\.\d+/g, '#')
        .replace(/(after|epoch) \d+/g, '$1 #')
        .replace(/ +/g, ' ')
        .trim();
    const all = printed.map(normalized).join('\n');
    for (const shown of blocks('text')) expect(all).toContain(normalized(shown));
  });

  it('the guide names every command and every exit code', async () => {
    const { nnbp } = await workspace();
    const { stdout } = await nnbp('--help');
    const commands = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
    expect(commands).toHaveLength(10);
    for (const name of commands) expect(guide).toContain(`nnbp ${name} `);
    for (const code of ['0', '1', '2', '3', '130']) expect(guide).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});
