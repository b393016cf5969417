/** An ONNX model as a network: its operations are followed with letters for numbers, and what they did becomes a graph. */
import { type Network, NnbpError } from '@nnbp/core';
import { Call, type Uniform, type Value } from './call.js';
import { adviceFor } from './advice.js';
import { constant, type ExternalFiles, externalPaths, product } from './constant.js';
import { firstReaders, inputRows, sequenceRows, widthRead } from './inputs.js';
import { operatorOf, readsSequences } from './operators.js';
import { networkOf } from './network-of-tape.js';
import { decodeModel, type Proto } from './schema.js';
import { fillPlaces, statesOf, statesTold } from './states.js';
import { type Rows, Tape } from './tape.js';

/** Options of {@link fromOnnx}. */
export interface FromOnnxOptions {
  /** The content of the files that hold the model's weights, by the paths that the model has for them. Default: none. */
  readonly files?: ExternalFiles;
  /**
   * For a model of one step: by the name of each input that is a state, the name of the output that is its next value. A
   * state is 0 before the first step. Default: those that {@link toOnnx} writes into the metadata, with their initial values.
   */
  readonly states?: Readonly<Record<string, string>>;
}

/** More entries and terms than a small model has; what larger ones need is in proportion to their bytes. */
const smallModel = 2 ** 18;

/**
 * Reads an ONNX model of a feed-forward network, or of one step of a recurrent one, of operator set 6 or later. Read is what is affine (`Gemm`, `MatMul`,
 * `Add`, `Sub`, `Mul`, `Div`, `Neg`, `Sum`, `Mean`, `ReduceSum`, `BatchNormalization`, and `Scaler` of
 * ai.onnx.ml), piecewise linear (`Relu`, `LeakyRelu`, `PRelu`, `Clip`, `Max`, `Min`, `Abs`, `HardSigmoid`), a product or
 * another aggregation (`Mul`, `ReduceProd`, `ReduceMax`, `ReduceMin`, `ReduceMean`, `ReduceLogSumExp`), or an activation (also where it is written in several operators, as `gelu` with `Erf`), and what only moves numbers
 * (`Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`, `Concat`, `Split`, `Slice`, `Gather`, `Transpose` of constants,
 * `Identity`, `Dropout`, `Cast`, `Constant`). Weights may be float, double, float16 or bfloat16. Each c is fixed at 1. Edges whose weight is exactly 0 are
 * left out, as they are how a matrix stores an edge that is not there.
 *
 * Read are also `Conv`, `MaxPool`, `AveragePool`, their global forms, `Pad`, and `RNN`, `LSTM` and `GRU` in forward direction. A
 * model of sequences, or of one step, becomes a network with delays, which gives an output for each step; of a model that gives
 * only the last one, it is that of the last step.
 *
 * A `Softmax` or `LogSoftmax` at the end becomes the network's `outputTransform`: `predict` gives what the model gives,
 * and training continues on the logits, as `softmaxCrossEntropy` takes them. Several inputs are one after another in the order of the file, and so are several outputs.
 *
 * @param bytes - The content of the `.onnx` file.
 * @throws NnbpError `MALFORMED` (no ONNX model, or a damaged one), `UNSUPPORTED` (an operation or a use of one that is
 * not among these, named with its node), `TOO_LARGE`, `NOT_FINITE`
 */
export function fromOnnx(bytes: Uint8Array, { files = {}, states }: FromOnnxOptions = {}): Network {
  const model = decode(bytes);
  const graph = graphOf(model);
  const operatorSet = operatorSetOf(model);
  const outside = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  expectOwnTensors(tensorsOf(graph), files, outside);
  const tape = new Tape(smallModel + bytes.length + outside);
  const values = new Map<string, Value | Uniform>();
  for (const tensor of graph.initializer) {
    values.set(tensor.name, constant(tensor, `Initializer "${tensor.name}"`, files));
  }

  const told = (key: string) => model.metadataProps.find((entry) => entry.key === key)?.value;
  const memory = states === undefined ? statesTold(told) : { next: new Map(Object.entries(states)), initial: [] };
  const { places, inputs } = statesOf(graph, memory, tape);
  for (const [name, rows] of places) values.set(name, rows);
  const readers = firstReaders(graph);
  const hasSequences = graph.node.some(({ opType }) => /^(?:RNN|LSTM|GRU)$/.test(opType));
  const inputIds = inputs
    .filter(({ name }) => !values.has(name))
    .flatMap((input) => {
      const rows = hasSequences
        ? sequenceRows(input, tape)
        : inputRows(input, tape, widthRead(input.name, readers, values));
      values.set(input.name, rows);
      return rows.entries.map((_, k) => `${input.name}.${k}`);
    });
  for (const node of graph.node) run(new Call(node, tape, values, operatorSet, files), values);
  const result = (name: string): Rows => {
    const value = values.get(name);
    if (value === undefined || !('entries' in value) || /^(?:sorted|middle|argMaxAbs)$/.test(value.part ?? '')) {
      throw new NnbpError('MALFORMED', `Output "${name}": expected the result of an operation, received none.`);
    }
    return value;
  };
  for (const [input, output] of memory.next) fillPlaces(tape, places.get(input)!, result(output), input, output);
  const nextStates = new Set(memory.next.values());
  const results = graph.output.filter(({ name }) => !nextStates.has(name)).map(({ name }) => result(name));
  const outputs = results.flatMap(({ entries }) => entries);
  const transforms = results.flatMap(({ transform }) => transform ?? []);
  if (transforms.length > 0 && results.length > 1) {
    throw new NnbpError(
      'UNSUPPORTED',
      `The model has ${results.length} outputs, and a softmax over one of them: expected one output. Remove the others.`,
    );
  }
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
    if (cause instanceof NnbpError) throw cause;
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

function run(call: Call, values: Map<string, Value | Uniform>): void {
  const { node } = call;
  const uniform = uniformOf(call, values);
  if (uniform !== undefined) {
    for (const name of node.output) values.set(name, uniform);
    return;
  }
  const operator = operatorOf(node.opType, node.domain);
  if (operator === undefined) call.unsupported(`${node.opType} is not read. ${adviceFor(node.opType)}`);
  const { lead } = call;
  if (lead !== undefined && !readsSequences(node.opType)) call.unsupported('of a sequence');
  const result = operator(call);
  const results: readonly Value[] = Array.isArray(result) ? result : [result];
  results.forEach((value, k) => {
    const name = node.output[k] ?? '';
    if (name === '') return;
    const isStep = lead !== undefined && 'entries' in value && value.lead === undefined;
    values.set(name, isStep ? { ...value, lead } : value);
  });
}

/** Sizes and constants of as many numbers as samples: exporters write initial states with them. */
function uniformOf(call: Call, values: ReadonlyMap<string, Value | Uniform>): Uniform | undefined {
  const { node } = call;
  if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
  if (node.opType === 'Shape') return { uniform: undefined };
  const operands = node.input.flatMap((name) => values.get(name) ?? []);
  const among = operands.filter((value): value is Uniform => 'uniform' in value);
  if (node.opType === 'ConstantOfShape') return { uniform: call.constantAttributeOr(0) };
  if (node.opType === 'Expand' && among.length > 0) return { uniform: call.initialState(0, 1)[0] };
  if (among.length === 0 || !/^(?:Gather|Unsqueeze|Squeeze|Concat|Slice|Cast|Identity)$/.test(node.opType))
    return undefined;
  return node.opType === 'Concat' ? { uniform: undefined } : among[0];
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
