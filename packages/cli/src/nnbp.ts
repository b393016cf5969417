#!/usr/bin/env node
/** The program `nnbp`: hands the process's own streams and signals to `run`. */
import { run } from './run.js';

const stop = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once('SIGINT', () => stop.abort());
// Who reads our output may have enough of it, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const { stdout, stderr, stdin } = process;
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, stdin, cwd: process.cwd(), signal: stop.signal });
