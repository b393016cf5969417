/** The type of the files that this package and `@nnbp/interop` write, and a check of those that they read. */
import { NnbpError } from '@nnbp/core';

/**
 * The bytes of a file. `buffer` is never shared memory, so a `Blob`, `fetch`, `postMessage` and IndexedDB accept the
 * bytes. TypeScript 5.7 and later call this type `Uint8Array<ArrayBuffer>`.
 */
export type FileBytes = Uint8Array & {
  /** The memory that contains the bytes. */
  readonly buffer: ArrayBuffer;
};

/** @throws NnbpError `WRONG_TYPE` unless `bytes` is a Uint8Array */
export function expectBytes(what: string, bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) {
    const message = `${what}: expected a Uint8Array. Convert an ArrayBuffer with new Uint8Array(buffer).`;
    throw new NnbpError('WRONG_TYPE', message);
  }
}
