// Lists the dependencies that users install with the packages, and checks their licences and that none runs an install script.
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
const mayDepend = new Set(['cli', 'interop', 'formula']);
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
  if (outside.length > 0 && !mayDepend.has(name)) problems.push(`@nnbp/${name} depends on ${outside.join(', ')}.`);
  for (const script of installScripts) if (script in scripts) problems.push(`@nnbp/${name} has a script "${script}".`);
}

const listed = execFileSync('pnpm', ['licenses', 'list', '--prod', '--json', '--filter', './packages/*'], {
  encoding: 'utf8',
});
const shipped = Object.entries(JSON.parse(listed)).flatMap(([licence, entries]) =>
  entries.map((entry) => ({ licence, ...entry })),
);
for (const { licence, name, paths } of shipped) {
  if (!allowed.has(licence)) problems.push(`${name} is under ${licence}, which is not in the list of this file.`);
  for (const path of paths) {
    const { scripts = {} } = manifest(path);
    for (const script of installScripts)
      if (script in scripts) problems.push(`${name} runs a script "${script}" when it is installed.`);
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(shipped.map(({ name, versions, licence }) => `${name} ${versions.join(', ')}: ${licence}`).join('\n'));
console.log(
  `${shipped.length} packages are installed with ours, none with an install script, all under licences that require only a notice.`,
);
