/**
 * `pnpm stress rehearsal`: rehearses a release from beginning to end. Sets the versions in a fresh clone, builds it,
 * and publishes its packages with `changeset publish` to a registry on the loopback address. Then npm, pnpm and Yarn
 * install the packages from this registry in new directories, every supported runtime runs them, and every supported
 * version of TypeScript compiles a program against them.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry } from './registry.mjs';
import { record } from './results.mjs';

const runtimes = {
  'Node 20': ['node', '20'],
  'Node 22': ['node', '22'],
  'Node 24': ['node', '24'],
  'Node 26': ['node', '26'],
  Bun: ['bun', '1'],
  Deno: ['deno', '2'],
};
const typescriptVersions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', 'latest'];

const root = join(import.meta.dirname, '../..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'nnbp-rehearsal-'));
const registry = await startRegistry(folder);
const environment = { ...process.env, ...registry.environment, CI: '1' };
const results = { installs: {}, runtimes: {}, types: {} };
let failures = 0;
try {
  const published = publish();
  const names = published.map(({ name }) => name);
  const dependencies = Object.fromEntries(published.map(({ name, version }) => [name, version]));
  results.published = `${names.length} packages, version ${published[0].version}`;
  const managers = {
    npm: [['npm', 'install', '--no-audit', '--no-fund'], ['node']],
    pnpm: [['npx', '--yes', packageManager, 'install'], ['node']],
    'Yarn 1': [['npx', '--yes', 'yarn@1.22.22', 'install', '--registry', registry.url, '--no-lockfile'], ['node']],
    'Yarn 4, Plug’n’Play': [
      ['npx', '--yes', '--package', '@yarnpkg/cli-dist@4.18.1', 'yarn', 'install', '--no-immutable'],
      ['npx', '--yes', '--package', '@yarnpkg/cli-dist@4.18.1', 'yarn', 'node'],
    ],
  };
  for (const [manager, [install, node]] of Object.entries(managers)) {
    const directory = createProject(manager, { dependencies });
    results.installs[manager] = attempt(`${manager}`, () => {
      run(directory, ...install);
      return run(directory, ...node, 'check.mjs')
        .trim()
        .split('\n')
        .at(-1);
    });
  }
  const npmProject = join(folder, 'npm');
  for (const [runtime, [name, version]] of Object.entries(runtimes)) {
    results.runtimes[runtime] = attempt(runtime, () => {
      const directory = createProject(runtime, { dependencies: { [name]: version } });
      run(directory, 'npm', 'install', '--no-audit', '--no-fund');
      const program = join(directory, 'node_modules/.bin', name);
      const runtimeVersion = run(directory, program, '--version').trim().split('\n')[0];
      const check = name === 'deno' ? ['run', '--allow-all', 'check.mjs'] : ['check.mjs'];
      return {
        version: runtimeVersion,
        digests: JSON.parse(
          run(npmProject, program, ...check)
            .trim()
            .split('\n')
            .at(-1),
        ),
      };
    });
  }
  for (const version of typescriptVersions) {
    results.types[version] = attempt(`TypeScript ${version}`, () => {
      const directory = createProject(`typescript-${version}`, { dependencies: { typescript: version } });
      run(directory, 'npm', 'install', '--no-audit', '--no-fund');
      const compiler = join(directory, 'node_modules/.bin/tsc');
      for (const moduleResolution of ['nodenext', 'bundler']) {
        const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext';
        const compilerOptions = {
          noEmit: true,
          strict: true,
          target: 'es2022',
          lib: ['es2023', 'dom'],
          types: [],
          module,
          moduleResolution,
        };
        writeFileSync(join(npmProject, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['check.ts'] }));
        run(npmProject, compiler, '--project', 'tsconfig.json');
      }
      return run(npmProject, compiler, '--version').trim();
    });
  }
  const distinct = new Set(Object.values(results.runtimes).map((runtime) => runtime.digests?.['wasm, not fused']));
  results.bitIdentical = distinct.size === 1;
} finally {
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
}
record('rehearsal', results);
console.log(JSON.stringify(results, null, 2));
if (failures > 0) process.exit(1);

/** Publishes all public packages from a fresh clone. Returns their manifests. */
function publish() {
  const clone = join(folder, 'clone');
  run(folder, 'git', 'clone', '--quiet', '--depth', '1', `file://${root}`, clone);
  const pnpm = (...args) => run(clone, 'npx', '--yes', packageManager, ...args);
  pnpm('install', '--frozen-lockfile', '--prefer-offline');
  pnpm('exec', 'changeset', 'version');
  const manifests = readdirSync(join(clone, 'packages')).map((name) => join(clone, 'packages', name, 'package.json'));
  for (const path of manifests) {
    // Only CI can sign provenance.
    writeFileSync(path, readFileSync(path, 'utf8').replace('"provenance": true', '"provenance": false'));
  }
  pnpm('run', 'build');
  pnpm('exec', 'changeset', 'publish', '--no-git-tag');
  return manifests.map((path) => JSON.parse(readFileSync(path, 'utf8'))).filter((manifest) => !manifest.private);
}

function createProject(name, manifest) {
  const directory = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'fresh', private: true, type: 'module', ...manifest }),
  );
  cpSync(join(import.meta.dirname, 'platforms'), directory, { recursive: true });
  return directory;
}

function attempt(what, action) {
  try {
    const result = action();
    console.log(`ok      ${what}`);
    return result;
  } catch (error) {
    failures++;
    const why = `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message;
    console.log(`FAILED  ${what}\n${why}`);
    return { failed: why.slice(0, 400) };
  }
}

function run(cwd, program, ...args) {
  return execFileSync(program, args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
