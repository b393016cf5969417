/**
 * `pnpm mutation [package[:file,…] …]`: changes the sources of core, activations, aggregations, losses, optim,
 * gradcheck and train in thousands of small ways, one at a time, and checks whether a test fails. `core:edit,unroll`
 * changes only two files of core and records a separate result. `survivors.json` explains the mutants that no test can
 * detect. If n undetected mutants have the same text, their key in `survivors.json` ends with `×n`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mutatedPackages, record, results } from './results.mjs';

const selected = process.argv.slice(2);
const reportPath = 'reports/mutation.json';
const reasons = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'));
let unexplained = 0;

for (const name of selected.length > 0 ? selected : mutatedPackages) {
  const [packageName, files] = name.split(':');
  const source = `packages/${packageName}/src`;
  const paths = files?.split(',').map((file) => `${source}/${file}.ts`) ?? [`${source}/**/*.ts`, `!${source}/index.ts`];
  // If Stryker fails before it writes a report, an earlier report must not be recorded instead.
  rmSync(reportPath, { force: true });
  spawnSync('stryker', ['run', 'scripts/mutation/stryker.config.mjs', '--mutate', paths.join()], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_PACKAGE: packageName },
  });
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  const { survivors, ...counts } = summary(report);
  const result = {
    ...counts,
    explained: survivors.filter((key) => key in reasons).length,
    unexplained: survivors.filter((key) => !(key in reasons)),
    date: new Date().toISOString().slice(0, 10),
  };
  record('mutation', { ...results().mutation, [name]: result });
  unexplained += result.unexplained.length;
  console.log(
    `${name}: ${result.killed} of ${result.mutants} mutants killed, ${result.explained} explained, unexplained:`,
  );
  console.log(result.unexplained.map((mutant) => `  ${mutant}`).join('\n'));
  const outdated = Object.keys(reasons).filter((key) => key.startsWith(`${packageName}/`) && !survivors.includes(key));
  if (!files && outdated.length > 0)
    console.log(['These mutants no longer survive. Remove them from survivors.json:', ...outdated].join('\n  '));
}
process.exit(unexplained === 0 ? 0 : 1);

function summary({ files }) {
  const mutants = Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, text: describe(path, source, mutant) })),
  );
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const survived = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const countOf = (text) => survived.filter((mutant) => mutant.text === text).length;
  return {
    mutants: count('Killed', 'Timeout', 'Survived', 'NoCoverage'),
    killed: count('Killed', 'Timeout'),
    survivors: survived.map(({ text }) => (countOf(text) === 1 ? text : `${text} ×${countOf(text)}`)),
  };
}

/** Describes a mutant, for example `optim/sgd.ts: momentum > 0 → true`, without line numbers, which change often. */
function describe(path, source, { location: { start, end }, replacement = '' }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  const short = (text) => {
    const line = text.replaceAll(/\s+/g, ' ');
    return line.length > 80 ? `${line.slice(0, 79)}…` : line;
  };
  return `${path.replace('packages/', '').replace('/src', '')}: ${short(lines.join('\n'))} → ${short(replacement)}`;
}
