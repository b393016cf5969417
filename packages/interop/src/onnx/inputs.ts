/** The inputs of a model: how wide they are, and a row of entries for each. */
import { NnbpError } from '@nnbp/core';
import type { Uniform, Value } from './call.js';
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
  values: ReadonlyMap<string, Value | Uniform>,
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
 * One sample of an input.
 *
 * @param width - Of its columns, if the model does not specify it.
 * @param entry - Makes entry k. Default: an input.
 */
export function inputRows(
  { name, type }: Proto<'ValueInfoProto'>,
  tape: Tape,
  width: number | undefined,
  entry: (k: number) => Entry = () => tape.input(),
): Rows {
  const label = `Input "${name}"`;
  const dims = type?.tensorType?.shape?.dim ?? [];
  if (dims.length < 2) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected an axis for the batch and others, received ${dims.length} axes. Export the model with a batch axis.`,
    );
  }
  const shape = dims.slice(1).map(({ dimValue, dimParam }) => {
    const isOpen = dimParam !== '' || dimValue === 0n;
    if (!isOpen) return wholeSize(dimValue, label);
    if (dims.length === 2 && width !== undefined) return width;
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: only the batch, the first axis, may be of any size. Export the model with the other sizes set.`,
    );
  });
  const size = product(shape);
  tape.spend(size, label);
  return { shape, entries: Array.from({ length: size }, (_, k) => entry(k)) };
}

/** Whether an input has three axes, of which the first two may be of any size: that of a model that processes each step separately. */
export function isSequence({ type }: Proto<'ValueInfoProto'>): boolean {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return dims.length === 3 && dims.every(({ dimValue }, axis) => (dimValue === 0n) === axis < 2);
}

/** One step of an input of a model with recurrent layers: of three axes, the first two are the steps and the batch. */
export function sequenceRows(input: Proto<'ValueInfoProto'>, tape: Tape): Rows {
  const dim = input.type?.tensorType?.shape?.dim ?? [];
  if (dim.length !== 3) return inputRows(input, tape, undefined);
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
