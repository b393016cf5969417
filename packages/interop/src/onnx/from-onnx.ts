/** An ONNX model as a network: its operations are followed with letters for numbers, and what they did becomes a graph. */
import { type Network, NnbpError } from '@nnbp/core';
import { Call, type Value } from './call.js';
import { adviceFor } from './advice.js';
import { constant, type ExternalFiles, externalPaths, product, wholeSize } from './constant.js';
import { operatorOf } from './operators.js';
import { networkOf } from './network-of-tape.js';
import { decodeModel, type Proto } from './schema.js';
import { type Rows, Tape } from './tape.js';

/** What an ONNX model may need beside its own file. */
export interface OnnxFiles {
  /** The content of the files that hold its weights, by the paths that the model has for them. */
  readonly files?: ExternalFiles;
}

/** More entries and terms than a small model has; what larger ones need is in proportion to their bytes. */
const smallModel = 2 ** 18;

/**
 * Reads an ONNX model of a feed-forward network, of operator set 6 or later. Read is what is affine (`Gemm`, `MatMul`,
 * `Add`, `Sub`, `Mul`, `Div`, `Neg`, `Sum`, `Mean`, `ReduceSum`, `ReduceMean`, `BatchNormalization`, and `Scaler` of
 * ai.onnx.ml), piecewise linear (`Relu`, `LeakyRelu`, `PRelu`, `Clip`, `Max`, `Min`, `Abs`, `HardSigmoid`) or another
 * activation (also where it is written in several operators, as `gelu` with `Erf`), and what only moves numbers
 * (`Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`, `Concat`, `Split`, `Slice`, `Gather`, `Transpose` of constants,
 * `Identity`, `Dropout`, `Cast`, `Constant`). Weights may be float, double, float16 or bfloat16. Each c is fixed at 1. Edges whose weight is exactly 0 are
 * left out, as they are how a matrix stores an edge that is not there.
 *
 * A `Softmax` or `LogSoftmax` at the end becomes the network's `outputTransform`: `predict` gives what the model gives,
 * and training continues on the logits, as `softmaxCrossEntropy` takes them. Several inputs are one after another in the order of the file, and so are several outputs.
 *
 * @param bytes - The content of the `.onnx` file.
 * @param options - `files`: the content of the files that hold weights outside the model, by the paths that
 * {@link onnxExternalPaths} lists. Default: none.
 * @throws NnbpError `MALFORMED` (no ONNX model, or a damaged one), `UNSUPPORTED` (an operation or a use of one that is
 * not among these, named with its node), `TOO_LARGE`, `NOT_FINITE`
 */
export function fromOnnx(bytes: Uint8Array, { files = {} }: OnnxFiles = {}): Network {
  const model = decode(bytes);
  const graph = graphOf(model);
  const operatorSet = operatorSetOf(model);
  const outside = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  expectOwnTensors(tensorsOf(graph), files, outside);
  const tape = new Tape(smallModel + bytes.length + outside);
  const values = new Map<string, Value>();
  for (const tensor of graph.initializer) {
    values.set(tensor.name, constant(tensor, `Initializer "${tensor.name}"`, files));
  }

  const readers = firstReaders(graph);
  const inputs = graph.input.filter(({ name }) => !values.has(name));
  const inputIds = inputs.flatMap((input) => {
    const rows = inputRows(input, tape, widthRead(input.name, readers, values));
    values.set(input.name, rows);
    return rows.entries.map((_, k) => `${input.name}.${k}`);
  });
  for (const node of graph.node) run(new Call(node, tape, values, operatorSet, files), values);
  const outputs = graph.output.flatMap(({ name }) => {
    const value = values.get(name);
    if (value === undefined || !('entries' in value)) {
      throw new NnbpError('MALFORMED', `Output "${name}": expected the result of an operation, received none.`);
    }
    return value.entries;
  });
  const transforms = graph.output.flatMap(({ name }) => (values.get(name) as Rows).transform ?? []);
  if (transforms.length > 0 && graph.output.length > 1) {
    throw new NnbpError(
      'UNSUPPORTED',
      `The model has ${graph.output.length} outputs, and a softmax over one of them: expected one output. Remove the others.`,
    );
  }
  const told = (key: string) => model.metadataProps.find((entry) => entry.key === key)?.value;
  const network = networkOf(tape, outputs, {
    inputs: namesIn(told('nnbp.inputs'), inputIds.length) ?? inputIds,
    outputs: namesIn(told('nnbp.outputs'), outputs.length),
  });
  if (transforms.length > 0) network.outputTransform = transforms[0];
  return network;
}

/**
 * The paths of the files that hold weights outside an ONNX model, relative to its directory: pass their content to
 * {@link fromOnnx}. They are the file's own words: check that a path stays inside that directory before you open it.
 *
 * @throws NnbpError `MALFORMED`
 *
 * @example
 * ```ts
 * import { mlp, Network } from '@nnbp/core';
 * import { tanh } from '@nnbp/activations';
 * import { onnxExternalPaths, toOnnx } from '@nnbp/interop';
 *
 * onnxExternalPaths(toOnnx(new Network(mlp([2, 1], { activation: tanh })))); // []
 * ```
 */
export const onnxExternalPaths = (bytes: Uint8Array): string[] => externalPaths(tensorsOf(graphOf(decode(bytes))));

function decode(bytes: Uint8Array): Proto<'ModelProto'> {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    throw new NnbpError('MALFORMED', 'This is no ONNX model, or a damaged one.', { cause });
  }
}

function graphOf({ graph }: Proto<'ModelProto'>): Proto<'GraphProto'> {
  return graph ?? refuse('This is no ONNX model: it has no graph.');
}

function refuse(message: string): never {
  throw new NnbpError('MALFORMED', message);
}

/** All tensors that can be stored outside. */
const tensorsOf = (graph: Proto<'GraphProto'>): Proto<'TensorProto'>[] => [
  ...graph.initializer,
  ...graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t === undefined ? [] : [t]))),
];

/** Tensors may share parts of a file, but a small model could make a thousand copies of a large one. */
function expectOwnTensors(tensors: readonly Proto<'TensorProto'>[], files: ExternalFiles, available: number): void {
  const asked = tensors
    .filter((tensor) => externalPaths([tensor]).some((path) => Object.hasOwn(files, path)))
    .reduce((sum, { dims }) => sum + product(dims.map(Number)), 0);
  if (asked > available) {
    throw new NnbpError(
      'TOO_LARGE',
      `The tensors in other files have ${asked} numbers, the files only ${available} bytes.`,
    );
  }
}

/** The version of ONNX's own operators. Before 6, several of them were other functions. */
function operatorSetOf({ opsetImport }: Proto<'ModelProto'>): number {
  const own = opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (own === undefined) refuse('The model does not name its operator set.');
  if (own.version < 6n) {
    throw new NnbpError(
      'UNSUPPORTED',
      `The model uses operator set ${own.version}; expected 6 or later. Convert it: onnx.version_converter.convert_version(model, 13).`,
    );
  }
  return Number(own.version);
}

/** The operators that read each tensor first, by the tensor's name. */
function firstReaders({ node }: Proto<'GraphProto'>): ReadonlyMap<string, Proto<'NodeProto'>> {
  const readers = new Map<string, Proto<'NodeProto'>>();
  for (const reader of node) {
    const name = reader.input[0] ?? '';
    if (!readers.has(name)) readers.set(name, reader);
  }
  return readers;
}

/** How many columns the operator that reads an input expects, for models that leave the width open. */
function widthRead(
  input: string,
  readers: ReadonlyMap<string, Proto<'NodeProto'>>,
  values: ReadonlyMap<string, Value>,
): number | undefined {
  const first = readers.get(input);
  // What scikit-learn's exporter puts in front.
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
 * @param width - Of its columns, where the model leaves it open.
 */
function inputRows({ name, type }: Proto<'ValueInfoProto'>, tape: Tape, width: number | undefined): Rows {
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
  return { shape, entries: Array.from({ length: size }, () => tape.input()) };
}

function run(call: Call, values: Map<string, Value>): void {
  const { node } = call;
  const operator = operatorOf(node.opType, node.domain);
  if (operator === undefined) call.unsupported(`${node.opType} is not read. ${adviceFor(node.opType)}`);
  const result = operator(call);
  const results: readonly Value[] = Array.isArray(result) ? result : [result];
  results.forEach((value, k) => {
    const name = node.output[k] ?? '';
    if (name !== '') values.set(name, value);
  });
}

/** The ids that our own models carry, if they are as many as there are nodes. */
function namesIn(json: string | undefined, count: number): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(json ?? '');
    const fits = Array.isArray(names) && names.length === count && names.every((name) => typeof name === 'string');
    return fits && new Set(names).size === count ? names : undefined;
  } catch {
    return undefined;
  }
}
