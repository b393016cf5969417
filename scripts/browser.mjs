/** Finds a Chromium to test in: a path given, one of the system's, Playwright's own; as root on Debian, installs one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * @param {() => string} [own] - Where Playwright would have put its own.
 * @returns {string} the path of an executable
 * @throws {Error} that says how to get one
 */
export function findBrowser(own = () => '') {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, and there is nothing.`);
    return given;
  }
  const installed = () => [...places, own()].find((place) => place !== '' && existsSync(place));
  const found = installed() ?? (installOnDebian() ? installed() : undefined);
  if (found !== undefined) return found;
  throw new Error(
    'These tests run in a real browser, and there is none. Install Chrome or Chromium (Debian: apt-get install chromium; ' +
      'any system: npx playwright install chromium), or set CHROMIUM_PATH to one.',
  );
}

function installOnDebian() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.log('Installing Chromium for the tests that need a browser; this takes a minute.');
  const run = (...args) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status;
  run('update');
  return run('install', '-y', '--no-install-recommends', 'chromium') === 0;
}
