/** Builds the playground and serves it until Ctrl-C is pressed. */
import { join } from 'node:path';
import pc from 'picocolors';
import { build, preview } from 'vite';

/** Builds the page into `dist` and serves it on 127.0.0.1, on the first free port ≥ 4173. */
export async function servePlayground(): Promise<void> {
  const configFile = join(import.meta.dirname, '../vite.config.ts');
  console.log('\nBuilding the playground…');
  await build({ configFile, logLevel: 'error' });
  const server = await preview({ configFile, logLevel: 'error', preview: { host: '127.0.0.1', port: 4173 } });
  const [address] = server.resolvedUrls?.local ?? [];
  console.log(`The playground is at ${pc.bold(pc.cyan(address))}. Press Ctrl-C to stop.`);
  process.once('SIGINT', () => {
    void server.close().then(() => process.exit(process.exitCode ?? 0));
  });
}
