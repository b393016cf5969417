/** What the command touches of the world around it, so that a test can hand it another one. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { visibleColored, visibleLines } from './visible.js';

/** Where a command runs: its streams, its directory, and who may end it. */
export interface Io {
  /** Where results go. */
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Where progress, notes and problems go. */
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
  /** What "-" reads. */
  readonly stdin: NodeJS.ReadableStream;
  /** What relative paths start from. */
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** Whether somebody is looking. */
export const isTerminal = (stream: Io['stdout']): stream is NodeJS.WriteStream => 'isTTY' in stream && stream.isTTY;

/** A path as the user means it. */
export const pathIn = (io: Io, path: string): string => resolve(io.cwd, path);

/** Writes text for people: control characters in it, as names from a file may have them, are made visible. */
export const print = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, hasColors(stream) ? visibleColored(text) : visibleLines(text));

/** Writes data: as they are to a file or another program, and as {@link print} does to a terminal. */
export const printData = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, isTerminal(stream) ? visibleLines(text) : text);

/** Waits while the reader is slower. */
async function write(stream: Io['stdout'], text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

/** A remark that is not the result: on stderr. */
export const note = (io: Io, text: string): Promise<void> => print(io.stderr, `${text}\n`);

/** Colours where a person looks at a stream and has not asked for none. */
export const colorsFor = (stream: Io['stdout']): ReturnType<typeof createColors> => createColors(hasColors(stream));

const hasColors = (stream: Io['stdout']) => isTerminal(stream) && (process.env.NO_COLOR ?? '') === '';
