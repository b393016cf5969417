/** The playground, built and served until the person has seen enough. */
import { join } from 'node:path';
import pc from 'picocolors';
import { build, preview } from 'vite';

/** Builds the page into `dist` and serves it at the first free port from 4173 on, for this machine only. */
export async function servePlayground(): Promise<void> {
  const configFile = join(import.meta.dirname, '../vite.config.ts');
  console.log('\nBuilding the playground…');
  await build({ configFile, logLevel: 'error' });
  const server = await preview({ configFile, logLevel: 'error', preview: { host: '127.0.0.1', port: 4173 } });
  const [address] = server.resolvedUrls?.local ?? [];
  console.log(`The playground is at ${pc.bold(pc.cyan(address))}: derive, train, build, extend. End it with Ctrl-C.`);
  process.once('SIGINT', () => {
    void server.close().then(() => process.exit(process.exitCode ?? 0));
  });
}
