/**
 * Stores encoded rows, so that the CSV text is not parsed again in each epoch. Small tables are kept in memory, large
 * ones in a temporary file that is read and shuffled in blocks.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, shuffle } from '@nnbp/core';

/** Maximum number of values in memory. Larger tables are written to disk. */
const maxNumbers = 1 << 19;
/** Number of rows in a block of the file. */
const rowsInBlock = 256;
/** Number of rows in the shuffle buffer, which is filled with random blocks and then shuffled. */
const rowsInBuffer = 1 << 15;

/** Rows with one number per column. */
export interface Store {
  readonly rows: number;
  readonly inMemory: boolean;
  add(codes: Float64Array): Promise<void>;
  /** Must be called after the last row is added and before the first row is read. */
  finish(): Promise<void>;
  /** Yields the rows: shuffled if they are not in memory and a random number generator is given, otherwise in order. */
  read(random?: Random): AsyncGenerator<ArrayLike<number>>;
  /** Removes the temporary file. */
  close(): Promise<void>;
}

/**
 * Whether `rows` rows are kept in memory. Each row is later converted to `nodes` values, one per input or output node.
 */
export const fitsInMemory = (rows: number, nodes: number): boolean => rows * nodes <= maxNumbers;

/** Creates a store for about `rows` rows of `columns` numbers. */
export const storeFor = (rows: number, columns: number, nodes: number): Promise<Store> =>
  fitsInMemory(rows, nodes) ? Promise.resolve(new MemoryStore()) : FileStore.create(columns);

class MemoryStore implements Store {
  readonly inMemory = true;
  readonly #rows: number[][] = [];

  get rows(): number {
    return this.#rows.length;
  }

  add(codes: Float64Array): Promise<void> {
    this.#rows.push(Array.from(codes));
    return Promise.resolve();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  async *read(): AsyncGenerator<ArrayLike<number>> {
    await Promise.resolve();
    yield* this.#rows;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FileStore implements Store {
  readonly inMemory = false;
  rows = 0;
  readonly #block: Float64Array;

  static async create(columns: number): Promise<FileStore> {
    const directory = await mkdtemp(join(tmpdir(), 'nnbp-'));
    const file = await open(join(directory, 'rows'), 'w+');
    // If the system allows it, the file is unlinked immediately, so that nothing remains if the command is killed.
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
    return new FileStore(columns, directory, file);
  }

  private constructor(
    readonly columns: number,
    readonly directory: string,
    readonly file: FileHandle,
  ) {
    this.#block = new Float64Array(rowsInBlock * columns);
  }

  async add(codes: Float64Array): Promise<void> {
    this.#block.set(codes, (this.rows % rowsInBlock) * this.columns);
    this.rows++;
    if (this.rows % rowsInBlock === 0) await this.#write(rowsInBlock);
  }

  async finish(): Promise<void> {
    const left = this.rows % rowsInBlock;
    if (left > 0) await this.#write(left);
  }

  async *read(random?: Random): AsyncGenerator<Float64Array> {
    const { rows, columns } = this;
    const blocks = Uint32Array.from({ length: Math.ceil(rows / rowsInBlock) }, (_, k) => k);
    if (random !== undefined) shuffle(blocks, random);
    const blocksInBuffer = rowsInBuffer / rowsInBlock;
    for (let first = 0; first < blocks.length; first += blocksInBuffer) {
      const buffer: Float64Array[] = [];
      for (const block of blocks.subarray(first, first + blocksInBuffer)) {
        const count = Math.min(rowsInBlock, rows - block * rowsInBlock);
        const numbers = new Float64Array(count * columns);
        await this.#fill(new Uint8Array(numbers.buffer), block * rowsInBlock * columns * 8);
        for (let s = 0; s < count; s++) buffer.push(numbers.subarray(s * columns, (s + 1) * columns));
      }
      const order = Uint32Array.from(buffer, (_, k) => k);
      if (random !== undefined) shuffle(order, random);
      for (const k of order) yield buffer[k];
    }
  }

  async close(): Promise<void> {
    await this.file.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Fills the array with the bytes of the file from `position` on. */
  async #fill(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.file.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw new Error('The temporary file of the training rows is shorter than expected.');
      done += bytesRead;
    }
  }

  async #write(rows: number): Promise<void> {
    const bytes = new Uint8Array(this.#block.buffer, 0, rows * this.columns * 8);
    for (let done = 0; done < bytes.length;) done += (await this.file.write(bytes, done)).bytesWritten;
  }
}
