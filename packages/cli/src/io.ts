/** The streams, directory and signal of a command. Tests pass their own. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import { visibleColored, visibleLines } from './visible.js';

/** The environment of a command. */
export interface Io {
  /** Results. */
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Progress, notes and errors. */
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
  /** The input for the file name "-". */
  readonly stdin: NodeJS.ReadableStream;
  /** The directory that relative paths start from. */
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** Whether a stream is a terminal. */
export const isTerminal = (stream: Io['stdout']): stream is NodeJS.WriteStream => 'isTTY' in stream && stream.isTTY;

/** Resolves a path of the user. */
export const pathIn = (io: Io, path: string): string => resolve(io.cwd, path);

/** Writes text. Control characters, which names from a file may contain, are shown as escapes. */
export const print = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, hasColors(stream) ? visibleColored(text) : visibleLines(text));

/** Writes data unchanged to a file or another program, and like {@link print} to a terminal. */
export const printData = (stream: Io['stdout'], text: string): Promise<void> =>
  write(stream, isTerminal(stream) ? visibleLines(text) : text);

/** Waits until the reader has caught up. */
async function write(stream: Io['stdout'], text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

/** Writes a note to stderr. */
export const note = (io: Io, text: string): Promise<void> => print(io.stderr, `${text}\n`);

/** Colors, if the stream is a terminal and NO_COLOR is not set. */
export const colorsFor = (stream: Io['stdout']): ReturnType<typeof createColors> => createColors(hasColors(stream));

const hasColors = (stream: Io['stdout']) => isTerminal(stream) && (process.env.NO_COLOR ?? '') === '';
