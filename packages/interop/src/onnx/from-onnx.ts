/** An ONNX model as a network: its operations are followed with letters for numbers, and what they did becomes a graph. */
import { type Network, NnbpError } from '@nnbp/core';
import { Call, type Value } from './call.js';
import { constant, product, wholeSize } from './constant.js';
import { operatorOf } from './operators.js';
import { networkOf } from './network-of-tape.js';
import { decodeModel, type Proto } from './schema.js';
import { type Rows, Tape } from './tape.js';

/** More entries and terms than a small model has; what larger ones need is in proportion to their bytes. */
const smallModel = 2 ** 18;

/**
 * Reads an ONNX model of the kind that feed-forward networks are: `Gemm`, `MatMul`, `Add`, `Sub`, `Mul` and `Div`, the
 * activations (also where they are written in several operations, as `gelu` with `Erf`), `Flatten`, `Reshape`, `Concat`,
 * `Split`, `Gather`, `Identity`, `Dropout`, `Cast`, `Constant`. Each c is fixed at 1. Edges whose weight is exactly 0 are
 * left out, as they are how a matrix stores an edge that is not there.
 *
 * A `Softmax` or `LogSoftmax` at the end is left out: the network's outputs are the logits, as `softmaxCrossEntropy`
 * takes them. Several inputs are one after another in the order of the file, and so are several outputs.
 *
 * @throws NnbpError `MALFORMED` (no ONNX model, or a damaged one), `UNSUPPORTED` (an operation or a use of one that is
 * not among these, named with its node), `TOO_LARGE`, `NOT_FINITE`
 */
export function fromOnnx(bytes: Uint8Array): Network {
  const model = decode(bytes);
  const { graph } = model;
  if (graph === undefined) throw new NnbpError('MALFORMED', 'This is no ONNX model: it has no graph.');
  expectOperatorSet(model);
  const tape = new Tape(smallModel + bytes.length);
  const values = new Map<string, Value>();
  for (const tensor of graph.initializer) values.set(tensor.name, constant(tensor, `Initializer "${tensor.name}"`));

  const inputs = graph.input.filter(({ name }) => !values.has(name));
  const inputIds = inputs.flatMap((input) => {
    const rows = inputRows(input, tape);
    values.set(input.name, rows);
    return rows.entries.map((_, k) => `${input.name}.${k}`);
  });
  for (const node of graph.node) run(node, tape, values);
  const outputs = graph.output.flatMap(({ name }) => {
    const value = values.get(name);
    if (value === undefined || !('entries' in value)) {
      throw new NnbpError('MALFORMED', `Output "${name}": expected the result of an operation, found none.`);
    }
    return value.entries;
  });
  const told = (key: string) => model.metadataProps.find((entry) => entry.key === key)?.value;
  return networkOf(tape, outputs, {
    inputs: namesIn(told('nnbp.inputs'), inputIds.length) ?? inputIds,
    outputs: namesIn(told('nnbp.outputs'), outputs.length),
  });
}

function decode(bytes: Uint8Array): Proto<'ModelProto'> {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    throw new NnbpError('MALFORMED', 'This is no ONNX model, or a damaged one.', { cause });
  }
}

/** Before operator set 7, shapes were fitted to each other by other rules. */
function expectOperatorSet({ opsetImport }: Proto<'ModelProto'>): void {
  const own = opsetImport.find(({ domain }) => isOnnx(domain));
  if (own === undefined) throw new NnbpError('MALFORMED', 'The model does not say of which operator set it is.');
  if (own.version < 7n) {
    throw new NnbpError('UNSUPPORTED', `The model is of operator set ${own.version}; expected 7 or a later one.`);
  }
}

/** Whether a domain is that of ONNX's own operations. */
const isOnnx = (domain: string) => domain === '' || domain === 'ai.onnx';

/** A row a sample; axes after the batch have to be given. */
function inputRows({ name, type }: Proto<'ValueInfoProto'>, tape: Tape): Rows {
  const label = `Input "${name}"`;
  const dims = type?.tensorType?.shape?.dim ?? [];
  if (dims.length < 2) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected an axis for the batch and others, found ${dims.length} axes.`,
    );
  }
  const shape = dims.slice(1).map(({ dimValue, dimParam }) => {
    if (dimParam !== '' || dimValue === 0n) {
      throw new NnbpError('UNSUPPORTED', `${label}: only the batch, the first axis, may be of any size.`);
    }
    return wholeSize(dimValue, label);
  });
  const size = product(shape);
  tape.spend(size, label);
  return { shape, entries: Array.from({ length: size }, () => tape.input()) };
}

function run(node: Proto<'NodeProto'>, tape: Tape, values: Map<string, Value>): void {
  const call: Call = new Call(node, tape, values);
  const operator = isOnnx(node.domain) ? operatorOf(node.opType) : undefined;
  if (operator === undefined) {
    call.unsupported('of the operations of ONNX, only those of feed-forward networks are read');
  }
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
