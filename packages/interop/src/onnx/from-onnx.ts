/** Imports an ONNX model: runs its operations on symbols instead of numbers, and converts the result to a graph. */
import { type Network, NnbpError } from '@nnbp/core';
import { expectBytes, withShortMessages } from '@nnbp/formats/shared';
import { Call, isRecurrent, type Value } from './call.js';
import { adviceFor } from './advice.js';
import { constant, type ExternalFiles, externalPaths } from './constant.js';
import { fold } from './fold.js';
import {
  firstReaders,
  inputRows,
  isReadByRecurrentOperator,
  isSequence,
  sequenceRows,
  expectedWidth,
} from './inputs.js';
import { operatorOf, readsMovedBatch, readsSequences } from './operators.js';
import { metadataOf } from './metadata.js';
import { networkOf } from './network-of-tape.js';
import { decodeModel, isFloatType, type Proto } from './schema.js';
import { setNextStates, statesInMetadata, statesOf } from './states.js';
import { type Rows, Tape } from './tape.js';
import { sizeOf } from '../size-of.js';

/** Options of {@link fromOnnx}. */
export interface FromOnnxOptions {
  /** Contents of the external weight files, keyed by the path that the model gives for each file. Default: none. */
  readonly files?: ExternalFiles;
  /**
   * For a single-step model: maps the name of each input that is a state to the name of the output that is its next
   * value. A state is 0 before the first step. Default: the states that {@link toOnnx} writes into the metadata, with
   * their initial values.
   */
  readonly states?: Readonly<Record<string, string>>;
}

/**
 * Maximum number of entries and terms on the tape (see tape.ts) for an empty file. Each byte of the model and of its
 * external files increases the maximum by one.
 */
const baseLimit = 2 ** 18;

/**
 * Imports an ONNX model (operator set 6 or later) of a feed-forward network, a recurrent network, or one step of a
 * recurrent network. Each c is fixed at 1. An edge whose weight is exactly 0 is removed, because a matrix stores a
 * missing edge as 0.
 *
 * Supported operators:
 *
 * - affine: `Gemm`, `MatMul`, `Add`, `Sub`, `Mul`, `Div`, `Neg`, `Sum`, `Mean`, `ReduceSum`, `BatchNormalization`, and
 *   `Scaler` of ai.onnx.ml;
 * - piecewise linear: `Relu`, `LeakyRelu`, `PRelu`, `Clip`, `Max`, `Min`, `Abs`, `HardSigmoid`;
 * - aggregations: `Mul`, `ReduceProd`, `ReduceMax`, `ReduceMin`, `ReduceMean`, `ReduceLogSumExp`;
 * - activations, including those written as several operators, such as `gelu` with `Erf`;
 * - layers: `Conv`, `MaxPool`, `AveragePool`, `GlobalMaxPool`, `GlobalAveragePool`, `Pad`, and `RNN`, `LSTM` and `GRU`, in
 *   both directions if the number of steps is fixed;
 * - data movement: `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`, `Concat`, `Split`, `Slice`, `Gather`, `Transpose`,
 *   `Identity`, `Dropout`, `Cast`, `Constant`.
 *
 * Weights can be float, double, float16 or bfloat16. A recurrent model becomes a network that has delayed edges and
 * returns outputs at each step. If the model returns only the last step or the last state, its result is the network's
 * output at the last step. A model with a fixed number of steps becomes a network without delays if the model reads the
 * steps backwards, combines different steps, or has initial states as inputs. A sample of this network contains the
 * inputs of all steps, and the initial states if the model has them as inputs.
 *
 * A final `Softmax` or `LogSoftmax` becomes the network's `outputTransform`: `predict` returns what the model returns,
 * and training continues on the logits, as `softmaxCrossEntropy` expects. Several inputs, and several outputs, are
 * concatenated in the order of the file.
 *
 * @param bytes - The content of the `.onnx` file.
 * @throws NnbpError `MALFORMED` (not an ONNX model, or a corrupt file), `UNSUPPORTED` (an operator or its use is not
 * supported; the message names the node), `TOO_LARGE`, `NOT_FINITE`, `UNKNOWN_ID` (a name in `states` that the model
 * does not have), `WRONG_TYPE` (`bytes` is not a Uint8Array)
 */
export const fromOnnx = (bytes: Uint8Array, options: FromOnnxOptions = {}): Network =>
  withShortMessages(() => importModel(bytes, options));

function importModel(bytes: Uint8Array, options: FromOnnxOptions): Network {
  const model = decode(bytes);
  const recurrent = graphOf(model).node.filter(isRecurrent);
  if (recurrent.length === 0 || recurrent.some(isReverse)) return read(model, bytes.length, options, false);
  try {
    return read(model, bytes.length, options, true);
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code !== 'UNSUPPORTED') throw error;
    // The model may combine different steps, which is supported if the number of steps is fixed.
    try {
      return read(model, bytes.length, options, false);
    } catch {
      throw error;
    }
  }
}

/**
 * @param isStepwise - Whether recurrent layers read sequences of any length. If false, they read samples with a fixed
 * number of steps.
 */
function read(
  model: Proto<'ModelProto'>,
  size: number,
  { files = {}, states }: FromOnnxOptions,
  isStepwise: boolean,
): Network {
  const graph = graphOf(model);
  const operatorSet = operatorSetOf(model);
  const externalBytes = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  expectLargeEnoughFiles(tensorsOf(graph), files, externalBytes);
  const tape = new Tape(baseLimit + size + externalBytes);
  const values = new Map<string, Value>();
  for (const { values: sparse } of graph.sparseInitializer) {
    throw new NnbpError(
      'UNSUPPORTED',
      `Initializer "${sparse?.name ?? ''}": expected a dense tensor, received a sparse one. Export the model with dense weights.`,
    );
  }
  for (const tensor of graph.initializer) {
    values.set(tensor.name, constant(tensor, `Initializer "${tensor.name}"`, files));
  }

  const declaredStates =
    states === undefined
      ? statesInMetadata(model)
      : { next: new Map(Object.entries(states)), initial: undefined, isInFile: false };
  const { states: stateRows, inputs } = statesOf(graph, declaredStates, tape);
  for (const [name, rows] of stateRows) values.set(name, rows);
  expectNoIntegerArithmetic(graph, inputs, values);
  const inputIds = addInputs(graph, inputs, tape, values, isStepwise);
  for (const node of graph.node) run(new Call(node, tape, values, operatorSet, files), values);
  for (const [input, output] of declaredStates.next) {
    setNextStates(tape, stateRows.get(input)!, resultOf(values, output), input, output);
  }
  const nextStates = new Set(declaredStates.next.values());
  const results = graph.output.filter(({ name }) => !nextStates.has(name)).map(({ name }) => resultOf(values, name));
  const outputs = results.flatMap(({ entries }) => entries);
  const transform = outputTransformOf(results);
  const network = networkOf(tape, outputs, {
    inputs: idsIn(metadataOf(model, 'nnbp.inputs'), inputIds.length) ?? inputIds,
    outputs: idsIn(metadataOf(model, 'nnbp.outputs'), outputs.length),
  });
  if (transform !== undefined) network.outputTransform = transform;
  return network;
}

/** Adds the rows of the inputs to `values`. Returns an id for each input node. */
function addInputs(
  graph: Proto<'GraphProto'>,
  inputs: readonly Proto<'ValueInfoProto'>[],
  tape: Tape,
  values: Map<string, Value>,
  isStepwise: boolean,
): string[] {
  const readers = firstReaders(graph);
  return inputs
    .filter(({ name }) => !values.has(name))
    .flatMap((input) => {
      const rows =
        isStepwise || isSequence(input)
          ? sequenceRows(input, graph, tape)
          : inputRows(input, tape, {
              width: expectedWidth(input.name, readers, values),
              // A recurrent operator reads inputs as [steps, batch, inputs], and states as [directions, batch, units].
              batchAxis: isReadByRecurrentOperator(input.name, graph) ? 1 : 0,
            });
      values.set(input.name, rows);
      return rows.entries.map((_, k) => `${input.name}.${k}`);
    });
}

/** Operators that only move data. */
const dataMovement = /^(?:Identity|Reshape|Flatten|Squeeze|Unsqueeze|Concat|Split|Slice|Gather|Transpose)$/;

/** Operators whose results are never integers, or are sizes. */
const withoutIntegerArithmetic = /^(?:Cast|Shape|Scaler)$/;

/** Throws if an operator computes with integers from an input of the model. ONNX truncates quotients of integers. */
function expectNoIntegerArithmetic(
  { node }: Proto<'GraphProto'>,
  inputs: readonly Proto<'ValueInfoProto'>[],
  constants: ReadonlyMap<string, Value>,
): void {
  // 0 means that the type is not specified.
  const isInteger = ({ type }: Proto<'ValueInfoProto'>) => {
    const { elemType = 0 } = type?.tensorType ?? {};
    return elemType !== 0 && !isFloatType(elemType);
  };
  const integers = new Set(
    inputs.filter((input) => !constants.has(input.name) && isInteger(input)).map(({ name }) => name),
  );
  for (const { opType, name, input, output } of node) {
    if (withoutIntegerArithmetic.test(opType) || !input.some((each) => integers.has(each))) continue;
    if (!dataMovement.test(opType)) {
      throw new NnbpError(
        'UNSUPPORTED',
        `${opType} "${name || output[0]}": not supported: integers from an input of the model. Export the model with float32 inputs, or with a Cast to float32 before this operator.`,
      );
    }
    for (const each of output) integers.add(each);
  }
}

/** Whether a recurrent operator reads the steps backwards, or in both directions. */
const isReverse = (node: Proto<'NodeProto'>) =>
  isRecurrent(node) &&
  node.attribute.some(({ name, s }) => name === 'direction' && new TextDecoder().decode(s) !== 'forward');

function resultOf(values: ReadonlyMap<string, Value>, name: string): Rows {
  const value = values.get(name);
  if (value === undefined) {
    throw new NnbpError(
      'MALFORMED',
      `Output "${name}": expected an input of the model or the result of an operator, but it is neither.`,
    );
  }
  if (!('entries' in value)) {
    throw new NnbpError(
      'UNSUPPORTED',
      `Output "${name}": expected a value that is computed from the inputs, received a constant. Remove this output.`,
    );
  }
  if (value.part !== undefined && value.part !== 'directed') {
    throw new NnbpError(
      'UNSUPPORTED',
      `Output "${name}": not supported: an intermediate result of an aggregation. Use the result of the aggregation as output.`,
    );
  }
  return value;
}

function outputTransformOf(results: readonly Rows[]): Rows['transform'] {
  const transforms = results.flatMap(({ transform }) => transform ?? []);
  if (transforms.length > 0 && results.length > 1) {
    throw new NnbpError(
      'UNSUPPORTED',
      `The model has ${results.length} outputs, at least one of them with a softmax: expected one output. Remove the others.`,
    );
  }
  return transforms[0];
}

/**
 * Returns the paths of the files that store weights outside an ONNX model, relative to its directory: pass their
 * content to {@link fromOnnx}. The paths are untrusted: check that a path stays inside that directory before you open
 * it.
 *
 * @throws NnbpError `MALFORMED`, `WRONG_TYPE`
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
  expectBytes('bytes', bytes);
  try {
    return decodeModel(bytes);
  } catch (cause) {
    if (cause instanceof NnbpError) throw cause;
    throw new NnbpError('MALFORMED', 'This is not an ONNX model, or it is corrupt.', { cause });
  }
}

function graphOf({ graph }: Proto<'ModelProto'>): Proto<'GraphProto'> {
  return graph ?? throwMalformed('This is not an ONNX model: it has no graph.');
}

function throwMalformed(message: string): never {
  throw new NnbpError('MALFORMED', message);
}

/** All tensors that can be stored in external files. */
const tensorsOf = (graph: Proto<'GraphProto'>): Proto<'TensorProto'>[] => [
  ...graph.initializer,
  ...graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t === undefined ? [] : [t]))),
];

/**
 * Throws if the tensors in external files need more numbers than these files have bytes. Without this check, a small
 * model could read the same part of a file a thousand times.
 */
function expectLargeEnoughFiles(
  tensors: readonly Proto<'TensorProto'>[],
  files: ExternalFiles,
  externalBytes: number,
): void {
  const requested = tensors
    .filter((tensor) => externalPaths([tensor]).some((path) => Object.hasOwn(files, path)))
    .reduce((sum, { dims }) => sum + sizeOf(dims.map(Number)), 0);
  if (requested > externalBytes) {
    throw new NnbpError(
      'TOO_LARGE',
      `The tensors in external files need ${requested} numbers, but the files have ${externalBytes} bytes.`,
    );
  }
}

/** The version of the standard operator set. Before 6, several operators were defined differently. */
function operatorSetOf({ opsetImport }: Proto<'ModelProto'>): number {
  const standard = opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (standard === undefined) throwMalformed('The model does not specify its operator set.');
  if (standard.version < 6n) {
    throw new NnbpError(
      'UNSUPPORTED',
      `The model uses operator set ${standard.version}; expected 6 or later. Convert it: onnx.version_converter.convert_version(model, 13).`,
    );
  }
  return Number(standard.version);
}

function run(call: Call, values: Map<string, Value>): void {
  const { node } = call;
  const folded = fold(call);
  if (folded !== undefined) {
    values.set(node.output[0] ?? '', folded);
    return;
  }
  const operator = operatorOf(node.opType, node.domain);
  if (operator === undefined) call.unsupported(`the operator ${node.opType}. ${adviceFor(node.opType)}`);
  const { lead, afterBatch } = call;
  if (lead !== undefined && !readsSequences(node.opType)) call.unsupported('an operand that is a sequence');
  if (afterBatch !== undefined && !readsMovedBatch(node.opType))
    call.unsupported('an operand whose first axis is not the batch; expected a Transpose before it');
  const result = operator(call);
  const results: readonly Value[] = Array.isArray(result) ? result : [result];
  results.forEach((value, k) => {
    const name = node.output[k] ?? '';
    if (name !== '') values.set(name, 'entries' in value ? withAxes(value, lead, afterBatch) : value);
  });
}

/**
 * Copies the batch axis, or the axes of steps and batch, from the operands to the result of an elementwise operator.
 */
function withAxes(rows: Rows, lead: readonly number[] | undefined, afterBatch: number | undefined): Rows {
  if (lead !== undefined && rows.lead === undefined) return { ...rows, lead };
  if (afterBatch === undefined || rows.batchAxis !== undefined) return rows;
  return { ...rows, batchAxis: rows.shape.length - afterBatch };
}

/** The ids in the metadata, if they are unique and there is one for each node. */
function idsIn(ids: unknown, count: number): readonly string[] | undefined {
  const fits = Array.isArray(ids) && ids.length === count && ids.every((id) => typeof id === 'string');
  return fits && new Set(ids).size === count ? ids : undefined;
}
