// Collects every example: the TypeScript blocks in the READMEs, in the guides, and in each @example in the sources.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** One code block of a file. */
export interface Example {
  readonly file: string;
  /** The line number of the block's first line, counted from 1. */
  readonly line: number;
  /** The code of the block, after the code of the blocks that it continues. */
  readonly code: string;
  /** For each line of `code`, its line number in the file. */
  readonly lines: readonly number[];
  /** Whether the block is only compiled, not run (`ts types`), for example because it reads the user's files. */
  readonly typesOnly: boolean;
}

const markdownPatterns = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'packages/*/README.md',
  'docs/guides/*.md',
  'docs/zh/guides/*.md',
];

/**
 * Collects all examples under a root directory. Drops duplicates, because guides in English and Chinese have the same
 * code. A block marked `ts continue` continues the previous block of its file.
 */
export function collect(root: string): Example[] {
  const markdown = markdownPatterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
  const code = globSync('packages/*/src/**/*.ts', { cwd: root });
  const all = [
    ...markdown.flatMap((file) => blocks(file, readFileSync(`${root}/${file}`, 'utf8'))),
    ...code.flatMap((file) => {
      // Without its asterisks, a doc comment is Markdown with the same line numbers.
      const text = readFileSync(`${root}/${file}`, 'utf8');
      if (!text.includes('@example')) return [];
      return blocks(file, text.replaceAll(/^ *\* ?/gm, ''));
    }),
  ];
  const seen = new Set<string>();
  return all.filter(({ code }) => !seen.has(code) && seen.add(code));
}

function blocks(file: string, text: string): Example[] {
  const examples: Example[] = [];
  let previous: Pick<Example, 'code' | 'lines'> = { code: '', lines: [] };
  for (const match of text.matchAll(/^```ts(?: (continue|types))?\n([\s\S]*?)^```$/gm)) {
    const [, flag, body] = match;
    const line = text.slice(0, match.index).split('\n').length + 1;
    const lines = body.split('\n').map((_, k) => line + k);
    const block = { code: body, lines: lines.slice(0, -1) };
    if (flag !== 'continue') previous = block;
    else previous = { code: previous.code + body, lines: [...previous.lines, ...block.lines] };
    examples.push({ file, line, ...previous, typesOnly: flag === 'types' });
  }
  return examples;
}
