/**
 * An assembler for WebAssembly. Kernels are assembled at run time, so that they can use features of the host such as
 * fused multiply-add. Code is a nested list of bytes: `f32x4.add(a, b)` returns the code of the sum of `a` and `b`.
 */

/** A nested list of bytes and vector constants. Each vector constant becomes a local of the function. */
export type Code = readonly (number | Code | Uint8Array | VectorConstant)[];

class VectorConstant {
  constructor(readonly code: readonly number[]) {}
}

export const i32 = 0x7f;
export const f32 = 0x7d;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof f32 | typeof f64 | typeof v128;

/** A local variable or parameter of the function under construction. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  tee(value: Code): Code;
}

/**
 * The encodings of integers that need only one byte. The arrays are shared: a module contains about ten thousand such
 * integers.
 */
const oneByte = Array.from({ length: 128 }, (_, byte): readonly number[] => [byte]);

function unsigned(value: number): readonly number[] {
  if (value < 128) return oneByte[value];
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return bytes;
}

function signed(value: number): readonly number[] {
  if (value >= -64 && value < 64) return oneByte[value & 127];
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    const last = (value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0);
    bytes.push(last ? low : low | 128);
    if (last) return bytes;
  }
}

const name = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
};

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = (count: number): number[] => Array.from({ length: count }, (_, k) => scratch.getUint8(k));
const intBytes = (value: number): number[] => {
  scratch.setInt32(0, value, true);
  return scratchBytes(4);
};
const floatBytes = (value: number): number[] => {
  scratch.setFloat32(0, value, true);
  return scratchBytes(4);
};
const doubleBytes = (value: number): number[] => {
  scratch.setFloat64(0, value, true);
  return scratchBytes(8);
};

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
const unary =
  (...op: number[]): Unary =>
  (a) => [a, op];
const binary =
  (...op: number[]): Binary =>
  (a, b) => [a, b, op];
const vector = (op: number): number[] => [0xfd, ...unsigned(op)];
const splatConstant = (bytes: readonly number[]): Code => {
  const code = [...vector(0x0c), ...Array.from({ length: 16 / bytes.length }, () => bytes).flat()];
  // Zero does not need a local: one machine instruction sets a register to zero.
  return bytes.some((byte) => byte !== 0) ? [new VectorConstant(code)] : code;
};
/** `align` is a hint: log2 of the alignment in bytes. `offset` is added to the address. */
const access = (op: number[], align: number) => ({
  load: (address: Code, offset = 0): Code => [address, op, align, unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, op, align, unsigned(offset)],
});

/** 32-bit integers: addresses, counters, conditions. */
export const int = {
  const: (value: number): Code => [0x41, signed(value | 0)],
  load: access([0x28], 2).load,
  store: access([0x36], 2).store,
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  divU: binary(0x6e),
  and: binary(0x71),
  or: binary(0x72),
  shl: binary(0x74),
  shrU: binary(0x76),
  /** `a` if the condition is not 0, else `b`. */
  select: (a: Code, b: Code, condition: Code): Code => [a, b, condition, 0x1b],
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltU: binary(0x49),
  gtU: binary(0x4b),
  geU: binary(0x4f),
};

/** One single-precision number. */
export const scalar = {
  load: access([0x2a], 2).load,
  store: access([0x38], 2).store,
  abs: unary(0x8b),
  const: (value: number): Code => [0x43, floatBytes(value)],
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  le: binary(0x5f),
  fromInt: unary(0xb3),
};

/** One double-precision number, for sums that must not lose small terms. */
export const double = {
  const: (value: number): Code => [0x44, doubleBytes(value)],
  load: access([0x2b], 3).load,
  store: access([0x39], 3).store,
  add: binary(0xa0),
  sub: binary(0xa1),
  div: binary(0xa3),
  sqrt: unary(0x9f),
  eq: binary(0x61),
  lt: binary(0x63),
  fromScalar: unary(0xbb),
  toScalar: unary(0xb6),
};

/** Four single-precision numbers. */
export const f32x4 = {
  const: (value: number): Code => splatConstant(floatBytes(value)),
  lanes: (values: readonly number[]): Code => [vector(0x0c), values.map(floatBytes)],
  load: access(vector(0x00), 2).load,
  loadSplat: access(vector(0x09), 2).load,
  /** Loads two numbers into lanes 0 and 1; the other lanes are 0. */
  loadPairZero: access(vector(0x5d), 2).load,
  /** Loads two numbers into lanes 0 and 1 (pair 0) or lanes 2 and 3 (pair 1) of `into`. */
  loadPair: (pair: number, address: Code, into: Code): Code => [address, into, vector(0x57), 2, 0, pair],
  storePair: (pair: number, address: Code, value: Code): Code => [address, value, vector(0x5b), 2, 0, pair],
  /** Loads one number into lane 0; the other lanes are 0. */
  loadZero: access(vector(0x5c), 2).load,
  store: access(vector(0x0b), 2).store,
  loadLane: (lane: number, address: Code, into: Code, offset = 0): Code => [
    address,
    into,
    vector(0x56),
    2,
    unsigned(offset),
    lane,
  ],
  storeLane: (lane: number, address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    vector(0x5a),
    2,
    unsigned(offset),
    lane,
  ],
  splat: unary(...vector(0x13)),
  extract: (a: Code, lane: number): Code => [a, vector(0x1f), lane],
  /** Selects four lanes: 0 to 3 are the lanes of `a`, 4 to 7 those of `b`. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [
    a,
    b,
    vector(0x0d),
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
  ],
  eq: binary(...vector(0x41)),
  ne: binary(...vector(0x42)),
  lt: binary(...vector(0x43)),
  gt: binary(...vector(0x44)),
  abs: unary(...vector(0xe0)),
  neg: unary(...vector(0xe1)),
  sqrt: unary(...vector(0xe3)),
  add: binary(...vector(0xe4)),
  sub: binary(...vector(0xe5)),
  mul: binary(...vector(0xe6)),
  div: binary(...vector(0xe7)),
  /** NaN if `a` or `b` is NaN. */
  max: binary(...vector(0xe9)),
  /** `b < a ? b : a`, one machine instruction. */
  pmin: binary(...vector(0xea)),
  /** `a < b ? b : a`, one machine instruction. */
  pmax: binary(...vector(0xeb)),
  fromInts: unary(...vector(0xfa)),
};

/** Operations on a vector as four 32-bit integers, or as 128 bits. */
export const i32x4 = {
  const: (value: number): Code => splatConstant(intBytes(value)),
  lanes: (values: readonly number[]): Code => [vector(0x0c), values.map(intBytes)],
  shl: (a: Code, bits: number): Code => [a, int.const(bits), vector(0xab)],
  shrS: (a: Code, bits: number): Code => [a, int.const(bits), vector(0xac)],
  add: binary(...vector(0xae)),
  sub: binary(...vector(0xb1)),
  and: binary(...vector(0x4e)),
  /** The bits that are 1 in `a` and 0 in `b`. */
  andNot: binary(...vector(0x4f)),
  or: binary(...vector(0x50)),
  xor: binary(...vector(0x51)),
  /** Takes each bit from `a` where the mask is 1, else from `b`. */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, vector(0x52)],
};

/** Two double-precision numbers. */
export const f64x2 = {
  const: (value: number): Code => splatConstant(doubleBytes(value)),
  extract: (a: Code, lane: number): Code => [a, vector(0x21), lane],
  add: binary(...vector(0xf0)),
  sub: binary(...vector(0xf1)),
  mul: binary(...vector(0xf2)),
  nearest: unary(...vector(0x94)),
  /** Converts lanes 0 and 1 of four single-precision numbers. */
  fromSingles: unary(...vector(0x5f)),
  /** Converts to lanes 0 and 1 of four single-precision numbers; the others are 0. */
  toSingles: unary(...vector(0x5e)),
  /** Converts to lanes 0 and 1 of four integers; the others are 0. */
  truncate: unary(...vector(0xfc)),
};

/** The code of a · b + c: with one rounding if the instruction is fused, else with two. */
export type MultiplyAdd = (a: Code, b: Code, c: Code) => Code;
export const separateMultiplyAdd: MultiplyAdd = (a, b, c) => f32x4.add(c, f32x4.mul(a, b));
export const fusedMultiplyAdd: MultiplyAdd = (a, b, c) => [a, b, c, vector(0x105)];

export const memory = {
  copy: (to: Code, from: Code, length: Code): Code => [to, from, length, 0xfc, 0x0a, 0x00, 0x00],
  fill: (address: Code, byte: Code, length: Code): Code => [address, byte, length, 0xfc, 0x0b, 0x00],
};

/** Sequentially consistent operations on 32-bit words that threads share. */
export const atomic = {
  load: (address: Code, offset = 0): Code => [address, 0xfe, 0x10, 2, unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0xfe, 0x17, 2, unsigned(offset)],
  /** Sleeps while the word has the expected value, for at most `nanoseconds`. Not allowed on a page's main thread. */
  sleep: (address: Code, expected: Code, nanoseconds: number): Code => [
    [address, expected, 0x42, signed(nanoseconds), 0xfe, 0x01, 2, 0],
    0x1a,
  ],
  /** Adds `value` and returns the previous value. */
  add: (address: Code, value: Code, offset = 0): Code => [address, value, 0xfe, 0x1e, 2, unsigned(offset)],
};

export const control = {
  /** Runs the body, and runs it again whenever it executes `branch(0)`. */
  loop: (...body: Code): Code => [0x03, 0x40, body, 0x0b],
  block: (...body: Code): Code => [0x02, 0x40, body, 0x0b],
  branch: (depth: number): Code => [0x0c, unsigned(depth)],
  branchIf: (depth: number, condition: Code): Code => [condition, 0x0d, unsigned(depth)],
  when: (condition: Code, then: Code, otherwise: Code = []): Code =>
    otherwise.length === 0 ? [condition, 0x04, 0x40, then, 0x0b] : [condition, 0x04, 0x40, then, 0x05, otherwise, 0x0b],
  drop: (value: Code): Code => [value, 0x1a],
  /** Runs the case at this index, or `otherwise` if there is none. */
  choose: (index: Code, cases: readonly Code[], otherwise: Code): Code => {
    // Blocks are nested, with block 0 innermost. Case k follows the end of block k, so a branch out of block k jumps to
    // case k.
    const table = cases.map((_, k) => unsigned(k));
    let code: Code = [0x02, 0x40, [index, 0x0e, unsigned(cases.length), table, unsigned(cases.length)], 0x0b];
    cases.forEach((body, k) => {
      code = [0x02, 0x40, code, body, control.branch(cases.length - k), 0x0b];
    });
    return [0x02, 0x40, code, otherwise, 0x0b];
  },
  /** Runs the body with the counter at start, start + step, … while it is below end. */
  count: (counter: Local, start: Code, end: Code, step: Code, ...body: Code): Code => [
    counter.set(start),
    control.block(
      control.branchIf(0, int.geU(counter.get, end)),
      control.loop(body, control.branchIf(0, int.ltU(counter.tee(int.add(counter.get, step)), end))),
    ),
  ],
};

interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export type Callable = (...args: readonly Code[]) => Code;

/** Collects functions and encodes them as a module. Imports must be declared before functions. */
export class Assembler {
  readonly #types: FunctionType[] = [];
  readonly #imports: Code[] = [];
  readonly #typeOf: number[] = [];
  readonly #bodies: Code[] = [];
  readonly #exports: Code[] = [];
  #importedFunctions = 0;

  /** Imports `environment.memory`. */
  importMemory(shared: boolean): void {
    const limits = shared ? [0x03, unsigned(0), unsigned(65536)] : [0x00, unsigned(0)];
    this.#imports.push([name('environment'), name('memory'), 0x02, limits]);
  }

  /** Imports a function from `environment`. */
  importFunction(importName: string, parameters: readonly ValueType[], results: readonly ValueType[] = []): Callable {
    const type = this.#type({ parameters, results });
    this.#imports.push([name('environment'), name(importName), 0x00, unsigned(type)]);
    return this.#callable(this.#importedFunctions++);
  }

  /**
   * Adds a function, and exports it if `exportName` is set. `write` returns the body; its argument `local` declares a
   * local variable.
   */
  function(
    exportName: string | undefined,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    write: (parameters: readonly Local[], local: (type: ValueType) => Local) => Code,
  ): Callable {
    const types: ValueType[] = [...parameters];
    const at = (index: number): Local => ({
      get: [0x20, unsigned(index)],
      set: (value) => [value, 0x21, unsigned(index)],
      tee: (value) => [value, 0x22, unsigned(index)],
    });
    const code = write(
      parameters.map((_, k) => at(k)),
      (type) => at(types.push(type) - 1),
    );
    // In each iteration of a loop, V8 (from Node 22 on) needs three instructions to rebuild a vector constant. So each
    // constant is loaded into a local once, at the start of the function.
    const constants = new Map<string, { readonly local: Local; readonly code: Code }>();
    const flat = flatten(code, ({ code: constant }) => {
      const key = constant.join();
      const entry = constants.get(key) ?? { local: at(types.push(v128) - 1), code: constant };
      constants.set(key, entry);
      return entry.local.get;
    });
    const locals = types.slice(parameters.length).map((type) => [1, type]);
    this.#typeOf.push(this.#type({ parameters, results }));
    this.#bodies.push([
      unsigned(locals.length),
      locals,
      Array.from(constants.values(), ({ local, code: constant }) => local.set(constant)),
      flat,
      0x0b,
    ]);
    const index = this.#importedFunctions + this.#bodies.length - 1;
    if (exportName !== undefined) this.#exports.push([name(exportName), 0x00, unsigned(index)]);
    return this.#callable(index);
  }

  bytes(): Uint8Array & { readonly buffer: ArrayBuffer } {
    const types = this.#types.map(({ parameters, results }) => [
      0x60,
      unsigned(parameters.length),
      parameters,
      unsigned(results.length),
      results,
    ]);
    const bodies = this.#bodies.map((body) => {
      const flat = flatten(body);
      return [unsigned(flat.length), flat];
    });
    const functions = this.#typeOf.map((type) => unsigned(type));
    return flatten([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, types),
      section(2, this.#imports),
      section(3, functions),
      section(7, this.#exports),
      section(10, bodies),
    ]);
  }

  #type(entry: FunctionType): number {
    const isSame = (other: FunctionType) =>
      String(other.parameters) === String(entry.parameters) && String(other.results) === String(entry.results);
    const index = this.#types.findIndex(isSame);
    return index >= 0 ? index : this.#types.push(entry) - 1;
  }

  #callable(index: number): Callable {
    return (...args) => [args, 0x10, unsigned(index)];
  }
}

function section(id: number, entries: readonly Code[]): Code {
  const body = flatten([unsigned(entries.length), entries]);
  return [id, unsigned(body.length), body];
}

/** Flattens nested code into bytes. `replace` returns the code that reads a vector constant. */
function flatten(code: Code, replace?: (constant: VectorConstant) => Code): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(1024);
  let length = 0;
  const reserve = (count: number) => {
    if (length + count <= bytes.length) return;
    const larger = new Uint8Array(Math.max(length + count, 2 * bytes.length));
    larger.set(bytes);
    bytes = larger;
  };
  const write = (part: Code | Uint8Array) => {
    reserve(part.length);
    if (part instanceof Uint8Array) {
      bytes.set(part, length);
      length += part.length;
      return;
    }
    for (let k = 0; k < part.length; k++) {
      const entry = part[k];
      if (entry instanceof VectorConstant) write(replace!(entry));
      else if (typeof entry !== 'number') write(entry);
      else {
        if (length === bytes.length) reserve(1);
        bytes[length++] = entry;
      }
    }
  };
  write(code);
  return bytes.slice(0, length);
}
