/** Reads the inputs of a model: their widths, and their entries in one sample or one step. */
import { NnbpError } from '@nnbp/core';
import { isRecurrent, type Value } from './call.js';
import { safeSize } from './constant.js';
import type { Proto } from './schema.js';
import type { Entry, Rows, Tape } from './tape.js';
import { sizeOf } from '../size-of.js';

/** Maps the name of each tensor to the first operator that reads it as its first operand. */
export function firstReaders({ node }: Proto<'GraphProto'>): ReadonlyMap<string, Proto<'NodeProto'>> {
  const readers = new Map<string, Proto<'NodeProto'>>();
  for (const reader of node) {
    const name = reader.input[0] ?? '';
    if (!readers.has(name)) readers.set(name, reader);
  }
  return readers;
}

/**
 * Returns the number of columns that an input must have for the first operator that reads it. Needed if the model does
 * not specify this number.
 */
export function expectedWidth(
  input: string,
  readers: ReadonlyMap<string, Proto<'NodeProto'>>,
  values: ReadonlyMap<string, Value>,
): number | undefined {
  const first = readers.get(input);
  // The scikit-learn exporter adds a Cast before the model.
  const node = first?.opType === 'Cast' ? readers.get(first.output[0] ?? '') : first;
  if (node === undefined) return undefined;
  const attribute = (name: string) => node.attribute.find((entry) => entry.name === name);
  if (node.opType === 'Scaler') return attribute('offset')?.floats.length;
  const operand = values.get(node.input[1] ?? '');
  if (operand === undefined || !('dims' in operand)) return undefined;
  const { dims } = operand;
  if (node.opType === 'MatMul') return dims.length === 2 ? dims[0] : undefined;
  if (node.opType === 'Gemm') return attribute('transB')?.i === 1n ? dims[1] : dims[0];
  const width = ['Add', 'Sub', 'Mul', 'Div'].includes(node.opType) ? dims.at(-1) : undefined;
  return width === 1 ? undefined : width;
}

/**
 * Whether a recurrent operator reads this tensor as one of its operands `first` to `end` − 1, directly or through other
 * operators. Transpose and Shape are not followed, because their results have other axes.
 */
export function isReadByRecurrentOperator(
  name: string,
  { node }: Proto<'GraphProto'>,
  first = 0,
  end = Infinity,
): boolean {
  const names = new Set([name]);
  for (const reader of node) {
    if (isRecurrent(reader)) {
      if (reader.input.slice(first, end).some((each) => names.has(each))) return true;
    } else if (!/^(?:Transpose|Shape)$/.test(reader.opType) && reader.input.some((each) => names.has(each))) {
      for (const result of reader.output) names.add(result);
    }
  }
  return false;
}

interface InputOptions {
  /** The number of columns, if the model does not specify it. */
  readonly width?: number | undefined;
  /** The batch axis, if all axes have a fixed size. Default: the first. */
  readonly batchAxis?: number | undefined;
  /** Creates entry k. Default: an input node. */
  readonly entry?: (k: number) => Entry;
}

/**
 * Returns the entries of one sample of an input. The batch is the axis whose size is not fixed, or else `batchAxis`.
 */
export function inputRows(
  { name, type }: Proto<'ValueInfoProto'>,
  tape: Tape,
  { width, batchAxis: fallbackAxis = 0, entry = () => tape.input() }: InputOptions = {},
): Rows {
  const label = `Input "${name}"`;
  const dims = type?.tensorType?.shape?.dim ?? [];
  if (dims.length < 2) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected a batch axis and other axes, received ${dims.length === 1 ? '1 axis' : `${dims.length} axes`}. Export the model with a batch axis.`,
    );
  }
  const isOpen = dims.map(({ dimValue, dimParam }) => dimParam !== '' || dimValue === 0n);
  const open = isOpen.flatMap((each, axis) => (each ? [axis] : []));
  const batchAxis = open.length === 0 ? Math.min(fallbackAxis, dims.length - 1) : open[0];
  if (open.length === 0) tape.batchSize = safeSize(dims[batchAxis].dimValue, label);
  const shape = dims.toSpliced(batchAxis, 1).map(({ dimValue }, axis) => {
    if (!isOpen.toSpliced(batchAxis, 1)[axis]) return safeSize(dimValue, label);
    if (dims.length === 2 && width !== undefined) return width;
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected a fixed size for each axis except the batch axis. Export the model with fixed sizes for these axes.`,
    );
  });
  const size = sizeOf(shape);
  tape.spend(size, label);
  return { shape, entries: Array.from({ length: size }, (_, k) => entry(k)), batchAxis };
}

/**
 * Whether an input has three axes and only the last axis has a fixed size, as in a model that processes each step
 * separately.
 */
export function isSequence({ type }: Proto<'ValueInfoProto'>): boolean {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return dims.length === 3 && dims.every(({ dimValue }, axis) => (dimValue === 0n) === axis < 2);
}

/**
 * Returns the entries that an input has in one step, for a model with recurrent layers. If the input has three axes, the
 * first two are the steps and the batch.
 */
export function sequenceRows(input: Proto<'ValueInfoProto'>, graph: Proto<'GraphProto'>, tape: Tape): Rows {
  // Operands 5 and 6 are the initial states. Operand 7 of an LSTM contains the peephole weights.
  if (isReadByRecurrentOperator(input.name, graph, 5, 7)) {
    throw new NnbpError(
      'UNSUPPORTED',
      `Input "${input.name}": expected a constant initial state, or a model with a fixed number of steps. Export the model ` +
        'without initial states, or with a fixed number of steps.',
    );
  }
  const dim = input.type?.tensorType?.shape?.dim ?? [];
  if (dim.length !== 3) return inputRows(input, tape);
  const label = `Input "${input.name}"`;
  const { dimValue } = dim[2];
  if (dimValue === 0n) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected a fixed size for the last axis, the columns. Export the model with a fixed number of columns.`,
    );
  }
  const width = safeSize(dimValue, label);
  tape.spend(width, label);
  return { shape: [width], entries: Array.from({ length: width }, () => tape.input()), lead: [0, 1] };
}
