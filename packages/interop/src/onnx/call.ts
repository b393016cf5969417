/** An operation of an ONNX model: its operands, its attributes, and errors that name the operation. */
import { NnbpError } from '@nnbp/core';
import { type Constant, constant, type ExternalFiles } from './constant.js';
import { sizeOf } from '../size-of.js';
import type { Proto } from './schema.js';
import type { Rows, Tape } from './tape.js';

/** A tensor of a model: a constant, or one row per sample. */
export type Value = Constant | Rows;

/** The result of broadcasting two shapes: for each entry, its index in the left and the right operand. */
interface Broadcast {
  readonly shape: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
}

export const isRecurrent = ({ opType }: Proto<'NodeProto'>): boolean => /^(?:RNN|LSTM|GRU)$/.test(opType);

export class Call {
  /** Operator and name for error messages: `Gemm "layer 1"`. */
  readonly label: string;

  constructor(
    readonly node: Proto<'NodeProto'>,
    readonly tape: Tape,
    readonly values: ReadonlyMap<string, Value>,
    /** The version of the ONNX operators. Before 7, an attribute controlled broadcasting. */
    readonly operatorSet = 13,
    readonly files: ExternalFiles = {},
  ) {
    this.label = `${node.opType} "${node.name || node.output[0]}"`;
  }

  /** The number of operands. */
  get count(): number {
    return this.node.input.length;
  }

  get resultCount(): number {
    return this.node.output.length;
  }

  /** Whether operand k is present: a missing one has an empty name, or is beyond the end of the list. */
  has(k: number): boolean {
    return (this.node.input[k] ?? '') !== '';
  }

  /** Whether operand k is computed from the inputs of the model. */
  isComputed(k: number): boolean {
    const value = this.values.get(this.node.input[k] ?? '');
    return value !== undefined && 'entries' in value;
  }

  operand(k: number): Value {
    const name = this.node.input[k] ?? '';
    const value = this.values.get(name);
    if (value === undefined) this.malformed(`operand "${name}" is not defined before this operation`);
    if ('isUnknown' in value && value.isUnknown) {
      this.unsupported(`operand ${k}, which depends on the number of samples or steps`);
    }
    if ('entries' in value && value.endedBy !== undefined) {
      this.unsupported(`the operation follows ${value.endedBy}, which is supported only ${supportedUse(value.part)}`);
    }
    return value;
  }

  /** Operand k if it has this `part`, otherwise undefined. */
  partial(k: number, part: NonNullable<Rows['part']>): Rows | undefined {
    const value = this.values.get(this.node.input[k] ?? '');
    return value !== undefined && 'entries' in value && value.part === part ? value : undefined;
  }

  rows(k: number): Rows {
    const value = this.operand(k);
    return 'entries' in value ? value : this.unsupported(`constant operand ${k} where a computed one is expected`);
  }

  /** Operand k as a table: one vector per sample. */
  table(k: number): Rows {
    const rows = this.rows(k);
    if (rows.shape.length !== 1) this.unsupported(`an operand with ${rows.shape.length + 1} axes; expected 2`);
    return rows;
  }

  /** Operand k as sequences: one vector per sample and step. `axis` is the time axis. */
  sequence(k: number, axis: 0 | 1): Rows {
    const rows = this.table(k);
    const stepAxis = rows.lead?.[axis];
    if (rows.lead?.length !== 2) this.unsupported('an operand that is not a sequence');
    if (this.tape.stepAxis !== undefined && this.tape.stepAxis !== stepAxis)
      this.unsupported('sequences whose steps are along different axes');
    this.tape.stepAxis = stepAxis;
    return rows;
  }

  /** A constant initial state, [directions × units]. */
  initialState(k: number, directions: number, units: number, layout: number): number[] {
    const { dims, values } = this.constant(k);
    const samples = dims[layout === 1 ? 0 : 1];
    const expected = layout === 1 ? [samples, directions, units] : [directions, samples, units];
    if (!(samples >= 1) || dims.join() !== expected.join()) {
      this.malformed(
        `expected an initial state of ${directions} × ${units} units, received shape [${dims.join(', ')}]`,
      );
    }
    const at = (d: number, sample: number, unit: number) =>
      values[(layout === 1 ? sample * directions + d : d * samples + sample) * units + unit];
    const first = Array.from({ length: directions * units }, (_, k) => at(Math.floor(k / units), 0, k % units));
    for (let sample = 1; sample < samples; sample++) {
      const isSame = first.every((value, k) => value === at(Math.floor(k / units), sample, k % units));
      if (!isSame) this.unsupported('initial states that differ between samples');
    }
    return first;
  }

  /** The sizes of all axes of a tensor. Unknown sizes (the number of steps, and often the batch size) are NaN. */
  sizes({ shape, lead, batchAxis = 0 }: Rows): number[] {
    const unknown = lead?.length === 2 ? [NaN, NaN] : [this.tape.batchSize ?? NaN];
    return shape.toSpliced(batchAxis, 0, ...unknown);
  }

  /** The shape that operand k specifies. A size is NaN if it is the number of samples or steps. */
  targetShape(k: number): number[] {
    const value = this.values.get(this.node.input[k] ?? '');
    const { values } = value !== undefined && 'isUnknown' in value && value.isUnknown ? value : this.constant(k);
    return Array.from(values);
  }

  /**
   * Converts the index of an axis among all axes to its index among the axes of the entries, which exclude the batch
   * and the steps.
   */
  axisOf(rows: Rows, axis: number): number {
    const { shape, lead, batchAxis = 0 } = rows;
    const others = lead?.length === 2 ? 2 : 1;
    const at = this.axisAmong(axis, shape.length + others);
    if (at >= batchAxis && at < batchAxis + others) {
      this.unsupported(`axis ${axis}, the ${others === 2 ? 'batch or time axis' : 'batch axis'}`);
    }
    return at < batchAxis ? at : at - others;
  }

  /** Checks the index of an axis. A negative index counts from the end. */
  axisAmong(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(at) || at < 0 || at >= rank)
      this.malformed(`axis ${axis} is out of range for a tensor with ${rank} axes`);
    return at;
  }

  /** The order of the axes of a `Transpose`. */
  order(rank: number): number[] {
    const order = this.integers('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    if (order.toSorted((a, b) => a - b).some((axis, k) => axis !== k) || order.length !== rank) {
      this.malformed(`perm [${order.slice(0, 8).join(', ')}] is not a permutation of ${rank} axes`);
    }
    return order;
  }

  /** Positions on an axis. A negative position counts from the end. */
  positions({ values }: Constant, size: number): number[] {
    return Array.from(values, (given) => {
      const position = given < 0 ? given + size : given;
      if (!Number.isInteger(position) || position < 0 || position >= size) {
        this.malformed(`position ${given} is out of range for an axis of size ${size}`);
      }
      return position;
    });
  }

  /**
   * The number of axes after the batch axis; undefined if the batch axis is the first. Broadcasting aligns the last
   * axes, so all operands must have the same number of axes after the batch axis.
   */
  get afterBatch(): number | undefined {
    const operands = this.node.input.flatMap((name) => this.values.get(name) ?? []);
    const rows = operands.filter((value): value is Rows => 'entries' in value);
    const counts = rows.map(({ shape, batchAxis = 0 }) => shape.length - batchAxis);
    const isFirst = rows.every(({ batchAxis = 0 }) => batchAxis === 0);
    const isAligned = counts.every((count) => count === counts[0]);
    if (!isAligned && !(isFirst && this.tape.batchSize === 1)) {
      this.unsupported(
        'operands with different numbers of axes after the batch axis. Broadcasting would combine different samples. Reshape one of them',
      );
    }
    return isFirst ? undefined : counts[0];
  }

  /** The `lead` of the operands if they are sequences, otherwise undefined. */
  get lead(): readonly number[] | undefined {
    // The initial states of a recurrent operator have no steps.
    const names = isRecurrent(this.node) ? this.node.input.slice(0, 1) : this.node.input;
    const operands = names.flatMap((name) => this.values.get(name) ?? []);
    const rows = operands.filter((value): value is Rows => 'entries' in value);
    const leads = rows.map(({ lead }) => (lead?.length === 2 ? lead : undefined));
    if (leads.some((lead) => lead?.join() !== leads[0]?.join())) {
      this.unsupported(
        'a sequence together with an operand that is not a sequence or has its steps along another axis',
      );
    }
    return leads[0];
  }

  /** Converts a constant to rows with the same values for every sample. */
  asRows(constant: Constant, rows: Rows): Rows {
    this.spend(constant.values.length);
    const entries = Array.from(constant.values, (bias) => ({ from: [], weights: [], bias }));
    return { shape: this.withoutBatch(constant, rows), entries };
  }

  constant(k: number): Constant {
    const value = this.operand(k);
    return 'entries' in value ? this.unsupported(`computed operand ${k} where a constant one is expected`) : value;
  }

  /** The value of a `Constant` operation. */
  constantAttribute(): Constant {
    const tensor = this.#attribute('value')?.t;
    if (tensor !== undefined) return constant(tensor, this.label, this.files);
    const single = this.#attribute('value_float')?.f ?? this.#attribute('value_int')?.i;
    if (single !== undefined) return { dims: [], values: [Number(single)] };
    const list = this.#attribute('value_floats')?.floats ?? this.#attribute('value_ints')?.ints;
    if (list === undefined) this.unsupported('a sparse constant or a string');
    return { dims: [list.length], values: Array.from(list, Number) };
  }

  /** The value that a `ConstantOfShape` repeats. */
  constantAttributeOr(fallback: number): number {
    return this.#attribute('value') === undefined ? fallback : (this.constantAttribute().values[0] ?? fallback);
  }

  number(name: string, fallback: number): number {
    return this.#attribute(name)?.f ?? fallback;
  }

  integer(name: string, fallback: number): number {
    return Number(this.#attribute(name)?.i ?? fallback);
  }

  integers(name: string): number[] | undefined {
    return this.#attribute(name)?.ints.map(Number);
  }

  /** A list of integers that is operand k or, in older operator sets, an attribute. */
  listed(k: number, name: string): number[] | undefined {
    return this.has(k) ? Array.from(this.constant(k).values) : this.integers(name);
  }

  floats(name: string): number[] {
    return this.#attribute(name)?.floats ?? [];
  }

  texts(name: string): string[] {
    return (this.#attribute(name)?.strings ?? []).map((bytes) => new TextDecoder().decode(bytes));
  }

  text(name: string, fallback: string): string {
    const bytes = this.#attribute(name)?.s;
    return bytes === undefined ? fallback : new TextDecoder().decode(bytes);
  }

  /** Throws if the axis is not the axis of the columns of a table. */
  expectAxis(axis: number): void {
    const columns = this.lead?.length ?? 1;
    if (axis !== columns && axis !== -1) this.unsupported(`axis ${axis}; expected the columns, axis ${columns}`);
  }

  /**
   * Returns the shape of a constant that is combined with rows. If the constant has axes for the batch and the steps,
   * their size must be 1, and the result excludes them.
   */
  withoutBatch({ dims: given }: Constant, rows: Rows): readonly number[] {
    const dims = this.#aligned(given, rows);
    const { shape, batchAxis = 0 } = rows;
    // Axes are aligned from the last axis.
    const batch = dims.length - 1 - (shape.length - batchAxis);
    if (batch < 0) return dims;
    const others = this.lead?.length ?? 1;
    const outside = dims.slice(Math.max(0, batch + 1 - others), batch + 1);
    if (outside.some((size) => size !== 1) || dims.length > shape.length + others) {
      this.unsupported(`a constant of shape [${dims.join(', ')}] together with rows of shape [${shape.join(', ')}]`);
    }
    return dims.toSpliced(batch + 1 - outside.length, outside.length);
  }

  /**
   * Before operator set 7, an operation can have the attribute `axis`: the first axis of the constant is aligned with
   * this axis of the rows. Returns `dims` with axes of size 1 appended, so that the last axes are aligned.
   */
  #aligned(dims: readonly number[], rows: Rows): readonly number[] {
    const axis = this.operatorSet < 7 ? this.#attribute('axis')?.i : undefined;
    if (axis === undefined) return dims;
    const after = rows.shape.length + 1 - Number(axis) - dims.length;
    if (Number(axis) < 0 || after < 0)
      this.malformed(`axis ${axis} is out of range for a constant with ${dims.length} axes`);
    return [...dims, ...new Array<number>(after).fill(1)];
  }

  broadcast(a: readonly number[], b: readonly number[]): Broadcast {
    const axes = Math.max(a.length, b.length);
    const padded = (dims: readonly number[]) => [...new Array<number>(axes - dims.length).fill(1), ...dims];
    const [first, second] = [padded(a), padded(b)];
    const shape = first.map((size, axis) => {
      const other = second[axis];
      if (size !== other && size !== 1 && other !== 1) {
        this.malformed(`shapes [${a.join(', ')}] and [${b.join(', ')}] cannot be broadcast`);
      }
      return size === 1 ? other : size;
    });
    const size = sizeOf(shape);
    this.spendCopies(size);
    return { shape, left: operandIndices(shape, first, size), right: operandIndices(shape, second, size) };
  }

  /** Counts entries or terms before they are allocated. Throws if the model has too many. */
  spend(count: number): void {
    this.tape.spend(count, this.label);
  }

  /** Counts references to existing entries. Each counts as a quarter of an entry, since it needs less memory. */
  spendCopies(count: number): void {
    this.spend(count / 4);
  }

  unsupported(what: string): never {
    throw new NnbpError('UNSUPPORTED', `${this.label}: not supported: ${what}.`);
  }

  malformed(what: string): never {
    throw new NnbpError('MALFORMED', `${this.label}: ${what}.`);
  }

  #attribute(name: string): Proto<'AttributeProto'> | undefined {
    return this.node.attribute.find((attribute) => attribute.name === name);
  }
}

/**
 * For each entry of `shape`, its index in an operand of shape `dims`. Each size in `dims` is 1 or the same as in `shape`.
 */
function operandIndices(shape: readonly number[], dims: readonly number[], size: number): number[] {
  const result = new Array<number>(size).fill(0);
  let inner = 1;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (dims[axis] > 1) {
      for (let k = 0; k < size; k++) result[k] += (Math.floor(k / inner) % shape[axis]) * stride;
    }
    inner *= shape[axis];
    stride *= dims[axis];
  }
  return result;
}

/** For an error message: where a result with `endedBy` is supported. */
function supportedUse(part: Rows['part']): string {
  if (part === undefined) return 'at the end of a model';
  return part === 'directed' ? 'if a Squeeze removes its directions axis' : 'as part of an aggregation';
}
