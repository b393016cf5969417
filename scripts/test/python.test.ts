import { expect, test } from 'vitest';
import { findPython, providePython } from '../../checks/interop/pytorch/python.mjs';

const python = { python: 'python3', version: '1.13' };

test('findPython returns the first Python that can import the module', () => {
  const run = (path: string) => (path === '/usr/bin/python3' ? '1.13\n' : undefined);
  expect(findPython('torch', run)).toEqual({ python: '/usr/bin/python3', version: '1.13' });
  expect(findPython('torch', () => undefined)).toBeUndefined();
});

test('providePython installs nothing if the module is installed', () => {
  const installPackages = () => {
    throw new Error('installed');
  };
  const log: string[] = [];
  const machine = {
    canInstallPackages: () => true,
    installPackages,
    find: () => python,
    log: (line: string) => void log.push(line),
  };
  expect(providePython('torch', machine)).toEqual(python);
  expect(log).toEqual(['Python module torch 1.13: python3']);
});

test('providePython installs the Debian packages if the module is missing and packages can be installed', () => {
  const installed: string[] = [];
  const machine = {
    canInstallPackages: () => true,
    installPackages: (names: readonly string[]) => installed.push(...names) > 0,
    find: () => (installed.length > 0 ? python : undefined),
    log: () => undefined,
  };
  expect(providePython('torch', machine)).toEqual(python);
  expect(installed).toEqual(['python3-torch', 'libopenblas0-pthread']);
});

test('providePython logs which packages to install if it cannot install them', () => {
  const log: string[] = [];
  const machine = {
    canInstallPackages: () => false,
    installPackages: () => false,
    find: () => undefined,
    log: (line: string) => void log.push(line),
  };
  expect(providePython('onnx', machine)).toBeUndefined();
  expect(log.join('\n')).toMatch(/apt-get install python3-onnx.*PYTHON/s);
});
