/** Finds a Python that has a module: one given, one on the PATH, the system's; as root on Debian, installs the module. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * @param {string} module - `torch`
 * @param {readonly string[]} packages - Debian's, that bring it.
 * @returns {{ python: string, version: string } | undefined}
 */
export function findPython(module, packages) {
  const places = [process.env.PYTHON, 'python3', '/usr/bin/python3', 'python'].filter((place) => place !== undefined);
  const look = () => {
    for (const python of places) {
      const asked = `import ${module}; print(${module}.__version__)`;
      const { status, stdout } = spawnSync(python, ['-c', asked], { encoding: 'utf8' });
      if (status === 0) return { python, version: stdout.trim() };
    }
    return undefined;
  };
  const found = look() ?? (installOnDebian(packages) ? look() : undefined);
  if (found === undefined) {
    console.warn(
      `No Python with the module ${module} was found, so nothing is proved about it. ` +
        `Debian: apt-get install ${packages.join(' ')}; or set PYTHON.`,
    );
  }
  return found;
}

function installOnDebian(packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.log(`Installing ${packages.join(' ')} for the proofs that need it; this takes a minute.`);
  const run = (...args) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status;
  run('update');
  return run('install', '-y', '--no-install-recommends', ...packages) === 0;
}
