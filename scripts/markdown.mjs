/**
 * Checks that the relative links, paths and scripts in Markdown files exist, and that every guide is linked from a
 * README or from CONTRIBUTING.md. A step of `pnpm check`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';

/** pnpm's own commands, and programs that it runs from node_modules/.bin. */
const notScripts = new Set(['install', 'add', 'exec', 'dlx', 'changeset', 'pack', 'publish', 'store']);

/** All files that Git does not ignore. */
const repositoryFiles = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const directories = new Set(
  repositoryFiles.flatMap((file) => file.split('/').map((_, k, parts) => parts.slice(0, k).join('/'))),
);
const baseNames = new Set(repositoryFiles.map((file) => basename(file)));
const topLevel = new Set(repositoryFiles.map((file) => file.split('/')[0]));
const scriptsOf = (folder) => Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts ?? {});
const packageFolders = new Map(
  repositoryFiles
    .filter((file) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
    .map((file) => [JSON.parse(readFileSync(file, 'utf8')).name, dirname(file)]),
);

/**
 * Returns a message for each link, path or script that a Markdown file contains but that does not exist.
 *
 * @type {(file: string, text: string) => string[]}
 */
export function missingIn(file, text) {
  const problems = [];
  const lineOf = (index) => text.slice(0, index).split('\n').length;
  // A contributor guide may name files that it tells the reader to create.
  const created = new Set(Array.from(text.matchAll(/^```.* file=(\S+)/gm), ([, path]) => path));
  const report = (index, problem) => problems.push(`${file}:${lineOf(index)}: ${problem}`);
  for (const match of text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)) {
    const [, target] = match;
    if (/^[a-z]+:/.test(target)) continue;
    if (!exists(join(dirname(file), decodeURI(target)))) report(match.index, `broken link: ${target} does not exist`);
  }
  // Shell blocks, then code spans. The lookarounds keep a fence from being mistaken for a span.
  const spans = [
    ...text.matchAll(/^```(?:sh|bash)[^\n]*\n([\s\S]*?)^```/gm),
    ...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g),
  ];
  for (const { index, 1: code } of spans) {
    for (const line of code.split('\n')) {
      for (const missing of missingScripts(line.replace(/#.*/, '')))
        report(index, `"${missing}" is not a script in package.json`);
    }
    const isMissingName = isInternal(file) && /^[\w.-]+\.(ts|tsx|mjs|cjs|py)$/.test(code) && !baseNames.has(code);
    if (isMissingName || (isPath(code) && !existsFrom(file, code) && !created.has(code) && !isIgnored(code)))
      report(index, `\`${code}\` does not exist`);
  }
  return problems;
}

/** Reports each guide that no list of guides links to. */
function unlistedGuides() {
  const lists = {
    'docs/guides/': ['README.md', 'CONTRIBUTING.md'],
    'docs/zh/guides/': ['README.zh-CN.md'],
  };
  return Object.entries(lists).flatMap(([folder, pages]) => {
    const text = pages.map((page) => readFileSync(page, 'utf8')).join('');
    return repositoryFiles
      .filter((file) => file.startsWith(folder) && !text.includes(`](${file})`))
      .map((file) => `${file}: add this guide to the list of guides in ${pages.join(' or ')}`);
  });
}

/** Whether a page is about this repository. Guides for users also name the users' own files. */
const isInternal = (file) => !/^docs\/(zh\/)?guides\//.test(file) || basename(file).startsWith('add-');

/** Whether Git ignores a path. Generated files, such as the documentation site, exist only after they are built. */
function isIgnored(path) {
  try {
    execFileSync('git', ['check-ignore', `${path}/`, path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Finds the npm and pnpm commands in a line. Returns those that run a script missing from package.json. */
function missingScripts(line) {
  const missing = [];
  for (const [whole, filter, run, name] of line.matchAll(/\bp?npm (?:--filter (\S+) )?(run )?([a-z][a-z:-]*)/g)) {
    const isNpm = whole.startsWith('npm');
    const runs = run !== undefined || (isNpm ? ['start', 'test'].includes(name) : !notScripts.has(name));
    const folder = filter === undefined ? '.' : packageFolders.get(filter);
    if (runs && (folder === undefined || !scriptsOf(folder).includes(name))) missing.push(whole);
  }
  return missing;
}

/** Whether a code span is a path in this repository, that is, begins with a top-level directory of the repository. */
function isPath(code) {
  return (
    /^[\w.@*{},/-]+$/.test(code) && code.includes('/') && topLevel.has(code.split('/')[0]) && !code.includes('NAME')
  );
}

const existsFrom = (file, path) => exists(path) || exists(join(dirname(file), path));

function exists(path) {
  const clean = path.replace(/\/$/, '');
  if (clean === '.' || existsSync(clean) || directories.has(clean)) return true;
  return /[*{]/.test(clean) && globSync(clean, { onlyFiles: false }).length > 0;
}

if (process.argv[1] === import.meta.filename) {
  const files = repositoryFiles.filter((file) => file.endsWith('.md'));
  const problems = files.flatMap((file) => missingIn(file, readFileSync(file, 'utf8')));
  problems.push(...unlistedGuides());
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exit(1);
  }
  console.log(`All links, paths and scripts in ${files.length} Markdown files exist.`);
}
