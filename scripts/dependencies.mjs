// Lists the third-party dependencies of the packages. Checks that their licences are allowed and that none has an
// install script.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Licences that require only a notice. */
const allowed = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '(Apache-2.0 AND BSD-3-Clause)',
]);
/** Packages that may have dependencies outside @nnbp. */
const mayHaveDependencies = new Set(['cli', 'formula']);
const installScripts = ['preinstall', 'install', 'postinstall'];

const problems = [];
const manifest = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
for (const name of readdirSync('packages')) {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    scripts = {},
  } = manifest(`packages/${name}`);
  const outside = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).filter(
    (dependency) => !dependency.startsWith('@nnbp/'),
  );
  if (outside.length > 0 && !mayHaveDependencies.has(name))
    problems.push(`@nnbp/${name} may not depend on ${outside.join(', ')}.`);
  for (const script of installScripts)
    if (script in scripts) problems.push(`@nnbp/${name} has an install script, "${script}".`);
}

const listed = execFileSync('pnpm', ['licenses', 'list', '--prod', '--json', '--filter', './packages/*'], {
  encoding: 'utf8',
});
const shipped = Object.entries(JSON.parse(listed)).flatMap(([licence, entries]) =>
  entries.map((entry) => ({ licence, ...entry })),
);
for (const { licence, name, paths } of shipped) {
  if (!allowed.has(licence)) problems.push(`${name}: licence ${licence} is not allowed.`);
  for (const path of paths) {
    const { scripts = {} } = manifest(path);
    for (const script of installScripts)
      if (script in scripts) problems.push(`${name} has an install script, "${script}".`);
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(shipped.map(({ name, versions, licence }) => `${name} ${versions.join(', ')}: ${licence}`).join('\n'));
console.log(
  `${shipped.length} third-party packages: none has an install script, and all licences require only a notice.`,
);
