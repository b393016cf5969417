/**
 * Reads the files of Proben1 (Prechelt 1994), a collection of benchmark problems for neural networks. The files are not
 * part of this repository: the environment variable PROBEN1 specifies their directory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Samples of the training, validation or test set. */
export interface Part {
  readonly inputs: number[][];
  readonly targets: number[][];
}

/** The three parts of a benchmark problem, in the order of the file. */
export interface Proben1 {
  readonly training: Part;
  readonly validation: Part;
  readonly test: Part;
}

/** Reads `NAME.dt`, for example `cancer1.dt`; undefined if PROBEN1 is not set. */
export function readProben1(name: string): Proben1 | undefined {
  const directory = process.env.PROBEN1;
  return directory === undefined ? undefined : parseProben1(readFileSync(join(directory, `${name}.dt`), 'latin1'));
}

/** Parses a file: seven lines `key=number`, then one line per sample with its inputs and targets. */
export function parseProben1(text: string): Proben1 {
  const lines = text.trim().split(/\r?\n/);
  const header = Object.fromEntries(
    lines.slice(0, 7).map((line) => {
      const [key, value] = line.split('=');
      return [key, Number(value)];
    }),
  );
  const inputs = header.bool_in + header.real_in;
  const rows = lines.slice(7).map((line) => line.trim().split(/\s+/).map(Number));
  const part = (first: number, count: number): Part => {
    const samples = rows.slice(first, first + count);
    return { inputs: samples.map((row) => row.slice(0, inputs)), targets: samples.map((row) => row.slice(inputs)) };
  };
  const { training_examples: training, validation_examples: validation, test_examples: test } = header;
  return {
    training: part(0, training),
    validation: part(training, validation),
    test: part(training + validation, test),
  };
}
