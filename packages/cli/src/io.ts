/** The input and output of a command. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { visibleColored, visibleLines } from './visible.js';

/** The streams, directory and signal of a command. */
export interface Io {
  /** Receives results. */
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Receives progress, notes and errors. */
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
  /** The input for the file name "-". */
  readonly stdin: NodeJS.ReadableStream;
  /** The directory that relative paths start from. */
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

export const isTerminal = (stream: Io['stdout']): stream is NodeJS.WriteStream => 'isTTY' in stream && stream.isTTY;

export const pathIn = (io: Io, path: string): string => resolve(io.cwd, path);

/** Writes text. Shows control characters, which names from a file may contain, as escape sequences. */
export const print = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, hasColors(stream) ? visibleColored(text) : visibleLines(text));

/** Writes data. On a terminal, control characters are shown as escape sequences. Elsewhere, the data is unchanged. */
export const printData = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, isTerminal(stream) ? visibleLines(text) : text);

/** Writes text and waits until the stream can accept more. */
async function write(stream: Io['stdout'], text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

export const note = (io: Io, text: string): Promise<void> => print(io.stderr, `${text}\n`);

/** Color functions for a stream. They have no effect if NO_COLOR is set or the stream is not a terminal. */
export const colorsFor = (stream: Io['stdout']): ReturnType<typeof createColors> => createColors(hasColors(stream));

const hasColors = (stream: Io['stdout']) => isTerminal(stream) && (process.env.NO_COLOR ?? '') === '';
