/** Finds a Python interpreter that has a given module, and installs missing modules. */
import { spawnSync } from 'node:child_process';

/** Python modules that the tests need, and the Debian packages that contain them. */
export const modules = {
  torch: ['python3-torch', 'libopenblas0-pthread'],
  onnx: ['python3-onnx'],
};

/**
 * Finds an interpreter that can import the module. Returns undefined if there is none.
 *
 * @param {keyof typeof modules} module
 * @param {(python: string, code: string) => string | undefined} [run] - Returns what Python prints; undefined if it
 * fails.
 * @returns {{ python: string, version: string } | undefined} The interpreter and the version of the module.
 */
export function findPython(module, run = runPython) {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3', 'python'].filter((path) => path !== undefined);
  for (const python of candidates) {
    const version = run(python, `import ${module}; print(${module}.__version__)`);
    if (version !== undefined) return { python, version: version.trim() };
  }
  return undefined;
}

/** @type {(python: string, code: string) => string | undefined} */
function runPython(python, code) {
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/**
 * Finds a Python interpreter with the module. If there is none, installs the Debian packages if it can. If there is
 * still none, prints what to install and returns undefined.
 *
 * @param {keyof typeof modules} module
 * @param {object} machine - Tests pass a fake.
 * @param {() => boolean} machine.canInstallPackages
 * @param {(packages: readonly string[]) => boolean} machine.installPackages
 * @param {typeof findPython} [machine.find]
 * @param {(line: string) => void} [machine.log]
 */
export function providePython(module, { canInstallPackages, installPackages, find = findPython, log = console.log }) {
  const found = find(module);
  if (found !== undefined) {
    log(`Python module ${module} ${found.version}: ${found.python}`);
    return found;
  }
  const packages = modules[module];
  if (canInstallPackages()) {
    log(`Found no Python with the module ${module}. Running "apt-get install ${packages.join(' ')}".`);
    installPackages(packages);
    const installed = find(module);
    if (installed !== undefined) return installed;
  }
  log(
    `Found no Python with the module ${module}: tests that need it are skipped and recorded as not run.\n` +
      `Debian: apt-get install ${packages.join(' ')}. Other systems: set PYTHON to the path of a Python that has ${module}.`,
  );
  return undefined;
}
