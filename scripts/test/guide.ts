/** Applies a contributor guide to a copy of the repository: creates and edits the files of its code blocks. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** The edits and commands of a guide. */
export interface Guide {
  readonly edits: readonly Edit[];
  /** The lines of the guide's `sh` blocks. */
  readonly commands: readonly string[];
}

interface Edit {
  readonly file: string;
  /** A part of the line after which the text is inserted; undefined if the text is a new file. */
  readonly after?: string;
  readonly text: string;
}

/**
 * Parses a guide. A code block marked `file=PATH` is the content of a new file. A block that is also marked
 * `after="TEXT"` is inserted into an existing file, after the only line that contains TEXT. An `sh` block contains
 * commands.
 */
export function readGuide(markdown: string): Guide {
  const blocks = [...markdown.matchAll(/^```(\w+)( [^\n]*)?\n([\s\S]*?)^```$/gm)];
  return {
    edits: blocks.flatMap(([, , flags = '', text]) => {
      const file = /file=(\S+)/.exec(flags)?.[1];
      const after = /after="([^"]*)"/.exec(flags)?.[1];
      if (file === undefined) return [];
      return [{ file, text, ...(after !== undefined && { after }) }];
    }),
    commands: blocks.flatMap(([, language, , text]) => (language === 'sh' ? text.trim().split('\n') : [])),
  };
}

export function applyGuide({ edits }: Guide, copy: string): void {
  for (const { file, after, text } of edits) {
    const path = join(copy, file);
    if (after === undefined) {
      if (existsSync(path)) throw new Error(`${file}: the guide creates this file, but it already exists.`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      continue;
    }
    const lines = readFileSync(path, 'utf8').split('\n');
    const matches = lines.flatMap((line, k) => (line.includes(after) ? [k] : []));
    if (matches.length !== 1)
      throw new Error(`${file}: expected one line with "${after}", received ${matches.length}.`);
    lines.splice(matches[0] + 1, 0, text.replace(/\n$/, ''));
    writeFileSync(path, lines.join('\n'));
  }
}

/**
 * Copies the files of the repository, except for docs/plots, and links the installed packages. Links to workspace
 * packages point to the copy.
 */
export function copyRepository(root: string, copy: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)) && !file.startsWith('docs/plots/'));
  for (const file of files) cpSync(join(root, file), join(copy, file));
  const folders = new Set(files.filter((file) => /(^|\/)package\.json$/.test(file)).map(dirname));
  for (const folder of folders) linkModules(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'));

  function linkModules(from: string, to: string) {
    if (!existsSync(from)) return;
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) {
      if (name === '.bin') symlinkSync(join(from, name), join(to, name));
      else if (name.startsWith('@')) linkModules(join(from, name), join(to, name));
      else if (!name.startsWith('.')) {
        const target = realpathSync(join(from, name));
        const inWorkspace = target.startsWith(root) && !target.includes('node_modules');
        symlinkSync(inWorkspace ? join(copy, target.slice(root.length)) : target, join(to, name));
      }
    }
  }
}
