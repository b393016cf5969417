/** Installs Debian packages that scripts and checks need, such as a browser. Never called from inside a test. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether the system has apt-get (Debian or a derivative) and the user is root. */
export const canInstallPackages = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/**
 * Installs packages with apt-get, with the output visible. If another apt-get holds the lock, waits up to five minutes.
 *
 * @returns Whether all packages are installed.
 */
export function installPackages(packages: readonly string[]): boolean {
  const run = (...args: string[]) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '--quiet=2', ...args], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  run('update');
  return run('install', '--yes', '--no-install-recommends', ...packages);
}
