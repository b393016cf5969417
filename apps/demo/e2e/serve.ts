/** Global setup of the browser tests: builds the playground for production into a separate directory and serves it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the served playground, with a trailing slash. */
    address: string;
    /** The directory of the built files. */
    built: string;
  }
}

const configFile = join(import.meta.dirname, '../vite.config.ts');

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), 'nnbp-playground-'));
  const options = { configFile, logLevel: 'error', mode: 'production' } as const;
  // Vitest sets NODE_ENV to "test". With this value, the build would contain the development version of React.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({ ...options, build: { outDir, emptyOutDir: true } });
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The playground is not served on a port.');
  project.provide('address', `http://127.0.0.1:${address.port}/`);
  project.provide('built', outDir);
  return async () => {
    await server.close();
    await rm(outDir, { recursive: true, force: true });
  };
}
