/** Finds a Python that has PyTorch: one given, one on the PATH, the system's; as root on Debian, installs one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Prints the version, and nothing where there is no PyTorch. */
const asked = 'import torch; print(torch.__version__)';

/** @returns {{ python: string, version: string } | undefined} */
export function findPyTorch() {
  const places = [process.env.PYTHON, 'python3', '/usr/bin/python3', 'python'].filter((place) => place !== undefined);
  const look = () => {
    for (const python of places) {
      const { status, stdout } = spawnSync(python, ['-c', asked], { encoding: 'utf8' });
      if (status === 0) return { python, version: stdout.trim() };
    }
    return undefined;
  };
  return look() ?? (installOnDebian() ? look() : undefined);
}

function installOnDebian() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.log('Installing PyTorch for the proofs that need it; this takes a minute.');
  const run = (...args) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status;
  run('update');
  return run('install', '-y', '--no-install-recommends', 'python3-torch', 'libopenblas0-pthread') === 0;
}
