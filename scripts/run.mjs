// The program behind `npm start` and `npm test`: installs the dependencies with the version of pnpm that package.json
// names, then runs the given script of package.json. Needs nothing but Node and npm.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [script, ...rest] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const started = Date.now();

const [major, minor] = process.versions.node.split('.').map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24)) {
  end(1, `Node ${process.versions.node} is too old or not an LTS release: install Node ${engines.node}.`);
}

// npm's own settings (such as user agent and prefix) are not passed to pnpm; the registry is.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || /^npm_config_.*registry$/i.test(name)),
);
Object.assign(environment, { DO_NOT_TRACK: '1', npm_config_update_notifier: 'false' });

const installCode = await pnpm(
  'install',
  '--frozen-lockfile',
  '--prefer-offline',
  '--reporter=append-only',
  '--loglevel=warn',
);
if (installCode !== 0) {
  end(
    installCode,
    'Installing the packages failed: see above. The first run needs the npm registry (to use a mirror, run "npm config set registry URL"); later runs use the local store.',
  );
}
const code = await pnpm('run', script, ...rest);
const seconds = Math.round((Date.now() - started) / 1000);
end(code, code === 0 ? `"${script}" succeeded in ${seconds} s.` : `"${script}" failed after ${seconds} s: see above.`);

/** Runs pnpm and returns its exit code. */
function pnpm(...args) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['--yes', packageManager, ...args], {
      cwd: root,
      env: environment,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child
      .on('error', () => resolve(127))
      .on('exit', (status, signal) => {
        process.off('SIGINT', forward).off('SIGTERM', forward);
        resolve(status ?? (signal === 'SIGINT' ? 130 : 1));
      });
  });
}

function end(status, line) {
  console[status === 0 ? 'log' : 'error'](`\n@nnbp: ${line}`);
  process.exit(status);
}
