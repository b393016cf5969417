/** Reads the graph from JSON, ONNX and safetensors files, and writes it as JSON. */
import { type Activation, type Network, NnbpError } from '@nnbp/core';
import { fromJson, toJson } from '@nnbp/formats';
import { builtinActivations } from '../functions.js';
import { describe, networkOf } from '../network.js';
import type { NetworkDescription } from '../state.js';
import { max } from './edits.js';
import { EditError } from './edit-error.js';

const maxBytes = 16e6;

/** A graph read from text or a file. */
export interface Opened {
  readonly network: NetworkDescription;
  /** Whether shared or fixed parameters were replaced by separate, trainable ones. */
  readonly parametersReplaced: boolean;
}

/**
 * Writes the graph as JSON.
 *
 * @throws NnbpError if the graph is invalid, for example if it comes from a link and has a cycle
 */
export const exported = (network: NetworkDescription): string => toJson(networkOf(network, { activation: byName }));

/**
 * Reads a graph from JSON.
 *
 * @param custom - Names of the user's custom activations.
 * @throws EditError if the text is invalid or the editor cannot show the graph
 */
export function openText(text: string, custom: readonly string[]): Opened {
  return withEditErrors(() => toDescription(fromJson(text, { activations: custom.map(byName) })));
}

/**
 * Reads a graph from an ONNX file, or from a JSON or safetensors file that nnbp saved.
 *
 * @throws EditError if the file is invalid or too large, or the editor cannot show the graph
 */
export async function openFile(file: File, custom: readonly string[]): Promise<Opened> {
  if (file.size > maxBytes) throw new EditError({ reason: 'bigFile', megabytes: file.size / 1e6 });
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.length === 0 || /\.json$/i.test(file.name) || bytes[0] === '{'.charCodeAt(0)) {
    return openText(new TextDecoder().decode(bytes), custom);
  }
  const { fromOnnx, load } = await import('./binary-formats.js');
  return withEditErrors(() =>
    toDescription(
      /\.onnx$/i.test(file.name) ? fromOnnx(bytes) : load(bytes, { activations: custom.map(byName) }).network,
    ),
  );
}

/**
 * Converts a network to a description.
 *
 * @throws EditError if the editor cannot show the network
 */
function toDescription(network: Network): Opened {
  const { inputCount, nodeCount } = network.graph;
  // Checked before describe() copies the network.
  if (nodeCount - inputCount > max.nodes) {
    throw new EditError({ reason: 'tooMany', what: 'nodes', count: nodeCount - inputCount });
  }
  if (network.inputScaler !== undefined || network.outputScaler !== undefined)
    throw new EditError({ reason: 'standardized' });
  const json = JSON.parse(toJson(network)) as { nodes: { id: string; activation: string | object }[] };
  for (const { id, activation } of json.nodes) {
    if (typeof activation === 'string') continue;
    throw new EditError({ reason: 'options', id, activation: JSON.stringify(activation) });
  }
  const { parameterCount, edgeCount } = network.graph;
  return { network: describe(network), parametersReplaced: parameterCount < 2 * (nodeCount - inputCount) + edgeCount };
}

/**
 * Returns the built-in activation with this name. For the name of a custom activation, returns the identity function,
 * because files do not contain the code of custom activations.
 */
const byName = (name: string): Activation =>
  Object.hasOwn(builtinActivations, name) ? builtinActivations[name] : { name, value: (h) => h, derivative: () => 1 };

/** Converts an NnbpError thrown by `read` to an EditError. */
function withEditErrors(read: () => Opened): Opened {
  try {
    return read();
  } catch (error) {
    if (error instanceof NnbpError) throw new EditError({ reason: 'unreadable', message: error.message });
    throw error;
  }
}
