/**
 * Finds the browser that tests run in. When run as a script, also installs a browser if there is none. Tests never
 * install anything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { canInstallPackages, installPackages } from './debian.js';

/** The parts of the operating system that the search and the installation use. Tests pass a fake. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  /** Whether an executable starts. Playwright's browser needs system libraries and does not start without them. */
  readonly starts: (path: string) => boolean;
  /** The path of the browser that Playwright downloads. */
  readonly playwright: () => string;
  /** Downloads Playwright's browser, with the output visible. */
  readonly download: () => boolean;
  readonly canInstallPackages: () => boolean;
  readonly installPackages: (names: readonly string[]) => boolean;
  readonly log: (line: string) => void;
}

const thisMachine: Machine = {
  env: process.env,
  platform: process.platform,
  exists: existsSync,
  // On Windows, --version opens a window.
  starts: (path) =>
    process.platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 60_000 }).status === 0,
  playwright: () => chromium.executablePath(),
  download: () =>
    spawnSync('playwright-core', ['install', '--no-shell', 'chromium'], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000', ...process.env },
    }).status === 0,
  canInstallPackages,
  installPackages,
  log: console.log,
};

/**
 * Names of executables, in order of preference within a directory. The headless builds come first, because they open
 * the playground with a third of the CPU time that a full browser takes.
 */
const names = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

const windowsPrograms = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

export const missingBrowser =
  'No browser found. The tests of the playground and of WebAssembly in a browser need Chrome, Chromium or Edge.\n' +
  'Do one of these, then run the command again:\n' +
  '  - install Google Chrome, Chromium or Microsoft Edge (Debian: apt-get install chromium);\n' +
  '  - run "pnpm exec playwright-core install chromium", which does not need root;\n' +
  '  - set CHROMIUM_PATH to the path of an executable.';

/**
 * Returns `CHROMIUM_PATH` if it is set, or else the path of the first browser that starts: an installed one, or
 * Playwright's own. Returns undefined if there is none.
 *
 * @throws Error if `CHROMIUM_PATH` is set to a path that does not exist.
 */
export function findBrowser(machine: Machine = thisMachine): string | undefined {
  const path = machine.env.CHROMIUM_PATH;
  if (path) {
    if (machine.exists(path)) return path;
    throw new Error(`CHROMIUM_PATH: expected the path of an executable, received "${path}", which does not exist.`);
  }
  return [...systemPaths(machine), machine.playwright()].find((path) => machine.exists(path) && machine.starts(path));
}

/**
 * Finds a browser, or else downloads Playwright's own. If the download fails or the downloaded browser does not start,
 * and if the user is root on Debian, installs the package chromium-headless-shell, or chromium if that fails.
 *
 * @throws Error with instructions for installing a browser, if there is still none.
 */
export function provideBrowser(machine: Machine = thisMachine): string {
  const found = findBrowser(machine);
  if (found !== undefined) return found;
  machine.log('No browser found. Downloading Chromium with "playwright-core install chromium".');
  machine.download();
  const downloaded = findBrowser(machine);
  if (downloaded !== undefined) return downloaded;
  if (machine.canInstallPackages()) {
    machine.log(
      'The download failed, or the browser does not start. Running "apt-get install chromium-headless-shell".',
    );
    if (!machine.installPackages(['chromium-headless-shell'])) machine.installPackages(['chromium']);
    const installed = findBrowser(machine);
    if (installed !== undefined) return installed;
  }
  throw new Error(missingBrowser);
}

function systemPaths({ env, platform }: Machine): string[] {
  if (platform === 'win32') {
    const roots = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter((root) => root !== undefined);
    return roots.flatMap((root) => windowsPrograms.map((program) => `${root}\\${program}`));
  }
  const folders = new Set([...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin']);
  const onPath = [...folders].flatMap((folder) => names.map((name) => join(folder, name)));
  return platform === 'darwin' ? [...macApplications, ...onPath] : onPath;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`Browser: ${provideBrowser()}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
