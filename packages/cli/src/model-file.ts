/** Reads and writes model files: the network, and the columns its nodes represent. */
import { type Network, NnbpError } from '@nnbp/core';
import { save } from '@nnbp/formats';
import { bipolarStep, step } from '@nnbp/interop';
import { dirname } from 'node:path';
import { type Column, type Columns, columnsIn, nodeCount } from './columns.js';
import { lossNamed, lossNames } from './functions.js';
import { readWhole, writeWhole } from './files.js';
import { formatOf, isLink, type ModelContent } from './formats.js';
import { type Io, pathIn } from './io.js';
import { neighbourPath } from './neighbour.js';
import { loadPlugins } from './plugins.js';
import { Problem } from './problem.js';

export interface Model {
  readonly network: Network;
  readonly columns: Columns;
  /** Whether the file describes columns. If not, each input and output node is a column of numbers named after it. */
  readonly hasColumns: boolean;
}

export interface ModelOptions {
  /** Format of the file. Default: detected from the content. */
  readonly from?: string;
  /** JavaScript files that export custom activations of the model. */
  readonly plugin?: readonly string[];
}

/** Reads a model in any supported format. */
export async function readModel(
  io: Io,
  path: string,
  { from, plugin }: ModelOptions,
): Promise<ModelContent & { readonly format: string }> {
  const file = pathIn(io, path);
  const bytes = isLink(path) ? new TextEncoder().encode(path) : await readWhole(file);
  const { name, read } = formatOf(path, bytes, from);
  const activations = [...(await loadPlugins(io, plugin)), step, bipolarStep];
  const readReferenced = (other: string) => readWhole(neighbourPath(path, dirname(file), other));
  return { ...(await read(bytes, { readReferenced, activations })), format: name };
}

/**
 * Opens a model, in any format, whose inputs are the rows of a table.
 *
 * @throws Problem (a forecasting model), NnbpError `MALFORMED` (invalid column metadata)
 */
export async function openModel(io: Io, path: string, options: ModelOptions): Promise<Model> {
  const { network, metadata } = await readModel(io, path, options);
  const { columns: written, series } = metadata ?? {};
  if (series !== undefined) {
    throw new Problem(
      `${path} is a forecasting model: it reads a series, not individual rows. Use nnbp forecast ${path} series.csv. For the forecast errors of the model and the baselines, see the report that nnbp train printed.`,
    );
  }
  if (written === undefined) return { network, columns: columnsOf(network), hasColumns: false };
  const columns = columnsIn(written);
  const { graph } = network;
  if (
    columns === undefined ||
    !lossNames.includes(columns.loss) ||
    nodeCount(columns.inputs) !== graph.inputCount ||
    nodeCount(columns.targets) !== graph.outputs.length
  ) {
    throw new NnbpError(
      'MALFORMED',
      `The column metadata of ${path} does not match its network. Train the model again.`,
    );
  }
  // Old files contain no output transform. The loss determines it.
  if (network.outputTransform === 'none') network.outputTransform = lossNamed(columns.loss).transform ?? 'none';
  return { network, columns, hasColumns: true };
}

export const saveModel = (path: string, network: Network, columns: Columns): Promise<void> =>
  writeWhole(path, save(network, { metadata: { columns } }));

/** Columns for a model file that describes none. */
function columnsOf({ graph }: Network): Columns {
  const numbers = (ids: readonly string[]): Column[] => ids.map((name) => ({ kind: 'number', name }));
  return {
    inputs: numbers(graph.ids.slice(0, graph.inputCount)),
    targets: numbers(Array.from(graph.outputs, (i) => graph.ids[i])),
    loss: 'mse',
  };
}
