/** The program `nnbp`: passes the arguments, streams and signals of the process to `run`. */
import { messageOf } from './problem.js';
import { run } from './run.js';

/** Runs the command in the arguments of this process and sets the exit code of the process. */
export async function main(): Promise<void> {
  const stop = new AbortController();
  // Only once, so that a second Ctrl-C ends the process immediately.
  process.once('SIGINT', () => stop.abort());
  // A reader such as `head` may close the pipe before everything is written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`nnbp: ${messageOf(error) ?? error.message}\n`);
    process.exit(1);
  });
  const { stdout, stderr, stdin } = process;
  process.exitCode = await run(process.argv.slice(2), {
    stdout,
    stderr,
    stdin,
    cwd: process.cwd(),
    signal: stop.signal,
  });
}
