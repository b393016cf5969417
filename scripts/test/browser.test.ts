import { describe, expect, test } from 'vitest';
import { findBrowser, type Machine, provideBrowser } from '../browser.js';

/** A fake Linux machine with the given files. Nothing can be installed on it unless `overrides` allows it. */
function machine(files: readonly string[], overrides: Partial<Machine> = {}) {
  const present = new Set(files);
  const log: string[] = [];
  const fake: Machine = {
    env: { PATH: '/opt/bin:/usr/bin' },
    platform: 'linux',
    exists: (path) => present.has(path),
    starts: () => true,
    playwright: () => '/cache/playwright/chrome',
    download: () => false,
    canInstallPackages: () => false,
    installPackages: () => false,
    log: (line) => void log.push(line),
    ...overrides,
  };
  return { fake, present, log };
}

describe('findBrowser', () => {
  test('findBrowser prefers CHROMIUM_PATH to everything else', () => {
    const { fake } = machine(['/mine/chrome', '/usr/bin/chromium'], { env: { CHROMIUM_PATH: '/mine/chrome' } });
    expect(findBrowser(fake)).toBe('/mine/chrome');
  });

  test('findBrowser rejects a CHROMIUM_PATH that does not exist, even if there is another browser', () => {
    const { fake } = machine(['/usr/bin/chromium'], { env: { CHROMIUM_PATH: '/nowhere/chrome' } });
    expect(() => findBrowser(fake)).toThrow(/CHROMIUM_PATH.*"\/nowhere\/chrome", which does not exist/);
  });

  test.each(['/opt/bin/google-chrome', '/usr/bin/chromium', '/usr/bin/microsoft-edge'])(
    "findBrowser prefers the system's %s to Playwright's browser",
    (path) => {
      const { fake } = machine([path, '/cache/playwright/chrome']);
      expect(findBrowser(fake)).toBe(path);
    },
  );

  test('findBrowser finds a browser in /usr/bin if PATH is not set', () => {
    const { fake } = machine(['/usr/bin/chromium'], { env: {} });
    expect(findBrowser(fake)).toBe('/usr/bin/chromium');
  });

  test('findBrowser finds Chrome on macOS and Edge on Windows', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findBrowser(machine([mac], { platform: 'darwin' }).fake)).toBe(mac);
    const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
    const env = { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' };
    expect(findBrowser(machine([edge], { platform: 'win32', env }).fake)).toBe(edge);
  });

  test('findBrowser skips a browser that does not start', () => {
    const { fake } = machine(['/usr/bin/chromium', '/cache/playwright/chrome'], {
      starts: (path) => path.startsWith('/cache'),
    });
    expect(findBrowser(fake)).toBe('/cache/playwright/chrome');
  });

  test("findBrowser prefers the system's headless build to its full browser", () => {
    const { fake } = machine(['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'], { env: {} });
    expect(findBrowser(fake)).toBe('/usr/bin/chromium-headless-shell');
  });

  test('findBrowser installs nothing', () => {
    const never = () => {
      throw new Error('installed');
    };
    const { fake } = machine([], { download: never, canInstallPackages: () => true, installPackages: never });
    expect(findBrowser(fake)).toBeUndefined();
  });
});

describe('provideBrowser', () => {
  test("provideBrowser downloads Playwright's browser if no browser is found", () => {
    const { fake, present, log } = machine([], {
      download: () => {
        present.add('/cache/playwright/chrome');
        return true;
      },
    });
    expect(provideBrowser(fake)).toBe('/cache/playwright/chrome');
    expect(log).toHaveLength(1);
  });

  test('provideBrowser installs the Debian package if the download fails and packages can be installed', () => {
    const packages: string[] = [];
    const { fake, present, log } = machine([], {
      canInstallPackages: () => true,
      installPackages: (names) => {
        packages.push(...names);
        present.add('/usr/bin/chromium-headless-shell');
        return true;
      },
    });
    expect(provideBrowser(fake)).toBe('/usr/bin/chromium-headless-shell');
    expect(packages).toEqual(['chromium-headless-shell']);
    expect(log).toHaveLength(2);
  });

  test('provideBrowser installs chromium if Debian has no headless build', () => {
    const packages: string[] = [];
    const { fake, present } = machine([], {
      canInstallPackages: () => true,
      installPackages: ([name]) => {
        packages.push(name);
        if (name === 'chromium') present.add('/usr/bin/chromium');
        return name === 'chromium';
      },
    });
    expect(provideBrowser(fake)).toBe('/usr/bin/chromium');
    expect(packages).toEqual(['chromium-headless-shell', 'chromium']);
  });

  test('provideBrowser installs the Debian package if the downloaded browser does not start', () => {
    const { fake, present } = machine([], {
      starts: (path) => path === '/usr/bin/chromium',
      download: () => {
        present.add('/cache/playwright/chrome');
        return true;
      },
      canInstallPackages: () => true,
      installPackages: () => {
        present.add('/usr/bin/chromium');
        return true;
      },
    });
    expect(provideBrowser(fake)).toBe('/usr/bin/chromium');
  });

  test('provideBrowser fails with one message that lists every way to install a browser', () => {
    const { fake } = machine([]);
    expect(() => provideBrowser(fake)).toThrow(
      /install Google Chrome(.|\n)*playwright-core install chromium(.|\n)*CHROMIUM_PATH/,
    );
  });
});
