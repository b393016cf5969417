/** Exports a network as an ONNX model. */
import { mismatch, type Network, NnbpError } from '@nnbp/core';
import type { FileBytes } from '@nnbp/formats';
import { Writer } from './writer.js';

/** Options of {@link toOnnx}. */
export interface OnnxOptions {
  /** The name of the model. Default: `network`. */
  readonly name?: string;
  /** The name of the input tensor. Default: `input`. */
  readonly input?: string;
  /** The name of the output tensor. Default: `output`. */
  readonly output?: string;
  /** For a network with delays, the name of the input tensor of the state. Default: `state`. */
  readonly state?: string;
  /** For a network with delays, the name of the output tensor of the next state. Default: `next_state`. */
  readonly nextState?: string;
  /**
   * Whether the model reads whole sequences, `[steps, batch, nodes]`, with recurrent layers exported as `RNN`, `LSTM`
   * and `GRU`. Default: false; the model reads single samples or steps.
   */
  readonly sequences?: boolean;
}

/**
 * Exports a network as the bytes of an ONNX file, in float32. Input and output are one tensor each, `[batch, nodes]`
 * with any `batch`, in the original units of the data. Nodes that exactly match a convolution or pooling layer become
 * `Conv`, `MaxPool` or `AveragePool`. The nodes of a `bidirectional` layer, which reads all steps of a sequence as one
 * sample, become `RNN`, `LSTM` or `GRU`. Nodes on which no output depends are left out. The operator set is 13, or later
 * if an activation of the network needs it (`hardSwish` 14, `mish` 18, `gelu` 20). The ids of the input and output nodes
 * are in the metadata entries `nnbp.inputs` and `nnbp.outputs`, as JSON.
 *
 * A network with delays becomes a single-step model. It has a second input `state`, `[batch, graph.stateSize]`, and a
 * second output `next_state`, which is the `state` of the next step. The initial state, equal to
 * `stream(network).state`, is in the metadata entry `nnbp.initialState`, as JSON. The entry `nnbp.states` contains
 * the names of the two state tensors, so that `fromOnnx` finds them.
 *
 * With `sequences`, the model reads all steps at once, `[steps, batch, nodes]` with any `steps` and `batch`, and
 * returns the outputs of each step. Every delayed edge must then belong to a recurrent layer like those that `rnn`,
 * `lstm` and `gru` from `@nnbp/layers` create, with or without peepholes, and with the reset gate before or after the
 * recurrent weights. The layers are recognized by their structure, independent of their ids.
 *
 * @throws NnbpError `UNSUPPORTED` (a custom activation or aggregation; with `sequences`, a delayed edge outside a
 * recurrent layer), `NOT_FINITE` (a parameter, a product of parameters or an option of an activation is out of the range
 * of float32), `OUT_OF_RANGE` (the name of a tensor is not allowed in ONNX or is used twice)
 *
 * @example
 * ```ts
 * import { relu } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { fromOnnx, toOnnx } from '@nnbp/interop';
 *
 * const network = new Network(mlp([4, 16, 3], { activation: relu }), { seed: 1 });
 * const bytes = toOnnx(network);
 * fromOnnx(bytes).graph.edgeCount; // 112
 * ```
 */
export function toOnnx(network: Network, options: OnnxOptions = {}): FileBytes {
  const { name = 'network', input = 'input', output = 'output', state = 'state', nextState = 'next_state' } = options;
  const { sequences = false } = options;
  const { graph } = network;
  const hasStateTensors = graph.stateSize > 0 && !sequences;
  expectNames({ input, output, ...(hasStateTensors && { state, nextState }) });
  const writer = new Writer(network, input, sequences);
  writer.inputs();
  if (hasStateTensors) writer.state(state);
  writer.steps();
  const width = graph.stateSize;
  const outputs = [{ name: output, width: graph.outputs.length, result: writer.outputs() }];
  return writer.operations.finish({
    name,
    axes: sequences ? ['steps', 'batch'] : ['batch'],
    inputs: [{ name: input, width: graph.inputCount }, ...(hasStateTensors ? [{ name: state, width }] : [])],
    outputs: [...outputs, ...(hasStateTensors ? [{ name: nextState, width, result: writer.nextState() }] : [])],
    metadata: {
      'nnbp.inputs': JSON.stringify(graph.ids.slice(0, graph.inputCount)),
      'nnbp.outputs': JSON.stringify(Array.from(graph.outputs, (i) => graph.ids[i])),
      ...(hasStateTensors && {
        'nnbp.states': JSON.stringify({ [state]: nextState }),
        'nnbp.initialState': JSON.stringify(Array.from(graph.initialState())),
      }),
    },
  });
}

function expectNames(names: Readonly<Record<string, string>>): void {
  const used = new Set<string>();
  for (const [option, name] of Object.entries(names)) {
    if (!/^[A-Za-z_][\w.:-]*$/.test(name)) {
      throw mismatch(
        'OUT_OF_RANGE',
        option,
        'a name of letters, digits, ".", ":", "-" and "_" that begins with a letter or "_"',
        name,
      );
    }
    if (used.has(name)) {
      throw new NnbpError('OUT_OF_RANGE', `${option}: expected a unique tensor name, received "${name}" twice.`);
    }
    used.add(name);
  }
}
