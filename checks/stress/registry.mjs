/**
 * Runs a package registry on the loopback address, for the release rehearsal (rehearsal.mjs). It proxies the registry
 * that npm is configured to use.
 */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * @param {string} folder - Directory for the registry's packages and the configuration files.
 * @returns {Promise<{ url: string, environment: Record<string, string>, stop: () => void }>} `environment` contains the
 *   environment variables that make npm, pnpm and Yarn use this registry.
 */
export async function startRegistry(folder) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const config = join(folder, 'verdaccio.yaml');
  writeFileSync(
    config,
    `storage: ${JSON.stringify(join(folder, 'storage'))}
uplinks: { upstream: { url: ${JSON.stringify(upstream)} } }
packages:
  '@nnbp/*': { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
log: { type: stdout, level: warn }
max_body_size: 100mb
`,
  );
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=rehearsal\n`);
  const child = spawn(
    join(import.meta.dirname, 'node_modules/.bin/verdaccio'),
    ['--config', config, '--listen', `127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  for (let tries = 0; !(await responds(url)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error('The local registry did not start.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    environment: {
      NPM_CONFIG_USERCONFIG: npmrc,
      npm_config_registry: url,
      YARN_NPM_REGISTRY_SERVER: url,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_ENABLE_TELEMETRY: '0',
      // Ignore the cache of earlier rehearsals, whose registries had packages with the same names.
      YARN_GLOBAL_FOLDER: join(folder, 'yarn'),
      // Accept packages that were published only a moment ago.
      YARN_NPM_MINIMAL_AGE_GATE: '0',
    },
    stop: () => void child.kill(),
  };
}

const responds = (url) =>
  fetch(`${url}-/ping`).then(
    ({ ok }) => ok,
    () => false,
  );

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
