/** The inputs of a model: how wide they are, and a row of entries for each. */
import { NnbpError } from '@nnbp/core';
import { isRecurrent, type Value } from './call.js';
import { product, wholeSize } from './constant.js';
import type { Proto } from './schema.js';
import type { Entry, Rows, Tape } from './tape.js';

/** The operators that read each tensor first, by the tensor's name. */
export function firstReaders({ node }: Proto<'GraphProto'>): ReadonlyMap<string, Proto<'NodeProto'>> {
  const readers = new Map<string, Proto<'NodeProto'>>();
  for (const reader of node) {
    const name = reader.input[0] ?? '';
    if (!readers.has(name)) readers.set(name, reader);
  }
  return readers;
}

/** How many columns the operator that reads an input expects, for models that do not specify the width. */
export function widthRead(
  input: string,
  readers: ReadonlyMap<string, Proto<'NodeProto'>>,
  values: ReadonlyMap<string, Value>,
): number | undefined {
  const first = readers.get(input);
  // Operators that scikit-learn's exporter adds before the model.
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
 * Whether recurrent operators read this tensor, or what is computed from it with the same axes, as an operand from the
 * number `first` on.
 */
export function isReadByLayers(name: string, { node }: Proto<'GraphProto'>, first = 0): boolean {
  const names = new Set([name]);
  for (const reader of node) {
    if (isRecurrent(reader)) {
      if (reader.input.slice(first).some((each) => names.has(each))) return true;
    } else if (!/^(?:Transpose|Shape)$/.test(reader.opType) && reader.input.some((each) => names.has(each))) {
      for (const result of reader.output) names.add(result);
    }
  }
  return false;
}

/** How an input is read, if the model does not specify it. */
interface InputOptions {
  /** Its columns. */
  readonly width?: number | undefined;
  /** The axis of the batch, if no axis has an open size. Default: the first. */
  readonly batchAxis?: number | undefined;
  /** Makes entry k. Default: an input. */
  readonly entry?: (k: number) => Entry;
}

/** One sample of an input. Its batch is the axis of any size, else the first. */
export function inputRows(
  { name, type }: Proto<'ValueInfoProto'>,
  tape: Tape,
  { width, batchAxis: usual = 0, entry = () => tape.input() }: InputOptions = {},
): Rows {
  const label = `Input "${name}"`;
  const dims = type?.tensorType?.shape?.dim ?? [];
  if (dims.length < 2) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected an axis for the batch and others, received ${dims.length} axes. Export the model with a batch axis.`,
    );
  }
  const isOpen = dims.map(({ dimValue, dimParam }) => dimParam !== '' || dimValue === 0n);
  const open = isOpen.flatMap((each, axis) => (each ? [axis] : []));
  const batchAxis = open.length === 0 ? Math.min(usual, dims.length - 1) : open[0];
  if (open.length === 0) tape.batchSize = wholeSize(dims[batchAxis].dimValue, label);
  const shape = dims.toSpliced(batchAxis, 1).map(({ dimValue }, axis) => {
    if (!isOpen.toSpliced(batchAxis, 1)[axis]) return wholeSize(dimValue, label);
    if (dims.length === 2 && width !== undefined) return width;
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: only the batch, one axis, may be of any size. Export the model with the other sizes set.`,
    );
  });
  const size = product(shape);
  tape.spend(size, label);
  return { shape, entries: Array.from({ length: size }, (_, k) => entry(k)), batchAxis };
}

/** Whether an input has three axes, of which the first two may be of any size: that of a model that processes each step separately. */
export function isSequence({ type }: Proto<'ValueInfoProto'>): boolean {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return dims.length === 3 && dims.every(({ dimValue }, axis) => (dimValue === 0n) === axis < 2);
}

/** One step of an input of a model with recurrent layers: of three axes, the first two are the steps and the batch. */
export function sequenceRows(input: Proto<'ValueInfoProto'>, graph: Proto<'GraphProto'>, tape: Tape): Rows {
  if (isReadByLayers(input.name, graph, 5)) {
    throw new NnbpError(
      'UNSUPPORTED',
      `Input "${input.name}": expected constant initial states, or inputs whose number of steps is fixed. Export the model ` +
        'without initial states, or with the number of steps set.',
    );
  }
  const dim = input.type?.tensorType?.shape?.dim ?? [];
  if (dim.length !== 3) return inputRows(input, tape);
  const label = `Input "${input.name}"`;
  const { dimValue } = dim[2];
  if (dimValue === 0n) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected the number of columns, the last axis. Export the model with it set.`,
    );
  }
  const width = wholeSize(dimValue, label);
  tape.spend(width, label);
  return { shape: [width], entries: Array.from({ length: width }, () => tape.input()), lead: [0, 1] };
}
