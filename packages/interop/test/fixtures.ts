/** Models that the original libraries wrote, with the outputs of these libraries. Made by checks/interop/importers/write-fixtures.mjs. */
import { readFileSync } from 'node:fs';
import { type Network, predictSequence } from '@nnbp/core';
import { expect } from 'vitest';

interface Model {
  readonly name: string;
  readonly json: unknown;
  /** In base64. */
  readonly weights?: string;
  readonly rows: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

interface Fixtures {
  readonly program: string;
  readonly version: string;
  readonly models: readonly Model[];
  /** Recurrent models: the rows are the steps of one sequence. */
  readonly recurrent: readonly Model[];
}

export function fixtures(name: string): Fixtures {
  const file = new URL(`./fixtures/${name}.generated.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Fixtures;
}

/** The maximum error of the imported network's outputs, relative for outputs above 1. */
export function worstError(network: Network, { rows, outputs }: Pick<Model, 'rows' | 'outputs'>): number {
  const ours = network.predictBatch(rows);
  expect(ours.map((row) => row.length)).toEqual(outputs.map((row) => row.length));
  const errors = outputs.flatMap((row, s) => row.map((y, k) => Math.abs(ours[s][k] - y) / Math.max(1, Math.abs(y))));
  return Math.max(...errors);
}

/** The same for the steps of one sequence. */
export function worstStepError(network: Network, { rows, outputs }: Pick<Model, 'rows' | 'outputs'>): number {
  const ours = predictSequence(network, rows);
  expect(ours.map((row) => row.length)).toEqual(outputs.map((row) => row.length));
  return Math.max(
    ...outputs.flatMap((row, t) => row.map((y, k) => Math.abs(ours[t][k] - y) / Math.max(1, Math.abs(y)))),
  );
}
