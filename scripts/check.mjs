// `pnpm check`: runs every check, two at a time, and prints one line per check.
// `pnpm check types lint` runs only the checks "types" and "lint".
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { coveredPackages } from './coverage.mjs';

/**
 * The Vitest projects whose coverage is not measured. Lists each of them, because Vitest cannot exclude several projects
 * in one command.
 */
const uncovered = [
  ...['packages', 'apps'].flatMap((folder) => readdirSync(folder)).filter((name) => !coveredPackages.includes(name)),
  ...['examples', 'example-programs', 'scripts'],
];
/** @param {string[]} names */
const projects = (names) => names.map((name) => `--project=${name}`).join(' ');

/**
 * The checks. They start in this order, except that a check with `after` waits until the check of that name has
 * succeeded. `show` means that the output is printed while the check runs, and `fix` describes how to fix a failure.
 */
/** @type {{ name: string, command: string, fix: string, after?: string, show?: boolean }[]} */
const checks = [
  {
    name: 'browser',
    command: 'tsx scripts/browser.ts',
    show: true,
    fix: 'Install a browser as the output describes.',
  },
  {
    name: 'types',
    command: 'pnpm run typecheck',
    fix: 'Fix the errors that the compiler reports; "pnpm typecheck" alone takes about 15 s.',
  },
  {
    name: 'unit',
    command: `vitest run ${projects(uncovered)}`,
    fix: 'Run "pnpm test:unit --project NAME" for one package; a property test prints its seed.',
  },
  {
    name: 'e2e',
    after: 'browser',
    command: 'vitest run --project=*-browser',
    fix: 'Run "pnpm test:browser FILE"; a screenshot is in reports/playground (PICTURES=1 saves all).',
  },
  {
    name: 'coverage',
    command: `vitest run --coverage ${projects(coveredPackages)}`,
    fix: 'Fix failing tests as described for the check "unit". "pnpm coverage" lists the lines that no test of the package runs.',
  },
  { name: 'lint', command: 'oxlint', fix: 'Run "pnpm lint --fix", then fix the rest.' },
  { name: 'format', command: 'oxfmt --check', fix: 'Run "pnpm fmt".' },
  {
    name: 'layers',
    command: 'depcruise --config scripts/layers.cjs packages apps',
    fix: 'Move the import: ARCHITECTURE.md shows which imports are allowed.',
  },
  {
    name: 'unused',
    command: 'knip',
    fix: 'Delete unused code; if a name is used only in its own file, remove "export".',
  },
  {
    name: 'plots',
    command: 'tsx --conditions=@nnbp/source scripts/plots.ts --check',
    fix: 'Run "pnpm plots" and commit the pictures.',
  },
  {
    name: 'guarantees',
    command: 'tsx --conditions=@nnbp/source scripts/guarantees.ts --check',
    fix: 'Run "pnpm guarantees" and commit the page.',
  },
  {
    name: 'dependencies',
    command: 'node scripts/dependencies.mjs',
    fix: 'Remove the dependency that the output names, or allow it in scripts/dependencies.mjs and give the reason.',
  },
  {
    name: 'markdown',
    command: 'node scripts/markdown.mjs',
    fix: 'Correct the path or script in the Markdown file.',
  },
  {
    name: 'language',
    command: 'node scripts/language.mjs',
    fix: 'Use the term that the output suggests; the glossary is in CONTRIBUTING.md.',
  },
  {
    name: 'local-paths',
    command: 'node scripts/local-paths.mjs',
    fix: 'Remove the absolute local path or the registry host from the file that the output names.',
  },
  {
    name: 'build',
    command: 'pnpm run build',
    fix: 'Fix the error that the build reports, then run "pnpm build" again.',
  },
  {
    name: 'packages',
    after: 'build',
    command: 'node scripts/packages.mjs',
    fix: 'Fix the package.json that the output names.',
  },
  {
    name: 'size',
    after: 'build',
    command: 'node scripts/size.mjs',
    fix: 'Make the bundle smaller; the budgets are in scripts/size.mjs.',
  },
  {
    name: 'docs',
    after: 'build',
    command: 'node scripts/docs.mjs',
    fix: 'Fix what the output reports: a name without documentation, a broken link or an invalid formula.',
  },
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`Unknown check ${unknown.join(', ')}. Expected: ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const selected = checks.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const done = new Map();
const limit = Math.min(2, availableParallelism());
const width = Math.max(...checks.map(({ name }) => name.length));

/** @type {Promise<void>} */
const all = new Promise((resolve) => {
  const running = new Set();
  const next = () => {
    for (const check of selected) {
      const required = selected.some(({ name }) => name === check.after) ? done.get(check.after) : { ok: true };
      if (required?.ok === false && !done.has(check.name)) {
        done.set(check.name, { ok: false });
        console.log(`skipped ${check.name}: check ${check.after} failed`);
        if (done.size === selected.length) return resolve();
        continue;
      }
      const ready = check.after === undefined || required !== undefined;
      if (running.size < limit && !running.has(check) && !done.has(check.name) && ready) {
        running.add(check);
        void run(check).then((result) => {
          running.delete(check);
          done.set(check.name, result);
          report(check, result);
          if (done.size === selected.length) resolve();
          else next();
        });
      }
    }
  };
  next();
});
await all;

const failed = selected.filter(({ name }) => !done.get(name).ok);
console.log(`\ncheck: ${selected.length - failed.length} passed, ${failed.length} failed or skipped`);
process.exit(failed.length === 0 ? 0 : 1);

/** @param {typeof checks[number]} check */
function run({ command, show }) {
  const startTime = Date.now();
  return new Promise((resolve) => {
    const [program, ...args] = command.split(' ');
    const child = spawn(program, args, {
      env: { ...process.env, FORCE_COLOR: '0' },
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
        if (show) process.stdout.write(text);
      });
    }
    const end = (ok) => resolve({ ok, output, seconds: (Date.now() - startTime) / 1000 });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

/** @param {typeof checks[number]} check */
function report({ name, fix, command, show }, { ok, output, seconds }) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s`);
  const counts = /Tests .*? passed.*/.exec(output);
  if (ok && counts) console.log(`       ${''.padEnd(width)} ${counts[0].replace(/\s+/g, ' ')}`);
  if (!ok) console.log(`\n${show ? '' : `${output.trim()}\n\n`}  ${command}\n  How to fix it: ${fix}\n`);
}
