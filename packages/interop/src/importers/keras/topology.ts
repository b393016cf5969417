/** The layers of a Keras model and their inputs, for Sequential and Functional models. */
import type { JsonValue } from '@nnbp/formats/shared';

/** One layer. */
export interface Layer {
  readonly name: string;
  /** Its class, such as `Dense`. */
  readonly kind: string;
  readonly json: JsonValue;
  readonly config: JsonValue;
  /** The layers that it reads. Empty for an input. */
  readonly from: readonly string[];
}

/** A model: each layer after those it reads. */
export interface Topology {
  readonly layers: readonly Layer[];
  /** Names of input layers, in the model's order. */
  readonly inputs: readonly string[];
  /** Names of the output layers. */
  readonly outputs: readonly string[];
  /** The version of Keras. */
  readonly version: string;
}

/** @throws NnbpError `UNSUPPORTED` (a layer used twice), `MALFORMED` */
export function readTopology(model: JsonValue): Topology {
  const document = model.at('modelTopology').present ? model.at('modelTopology') : model;
  const inner = document.at('model_config').present ? document.at('model_config') : document;
  const entry = document.at('keras_version');
  const version = entry.present ? entry.text() : '';
  const kind = inner.at('class_name');
  const config = inner.at('config');
  if (kind.text() === 'Sequential') return { ...sequential(config), version };
  if (kind.text() === 'Functional' || kind.text() === 'Model') return { ...functional(config), version };
  return kind.unsupported('expected a Sequential or a Functional model.');
}

/** A Sequential model. Without an input layer, the first layer has the shape of the inputs. */
function sequential(config: JsonValue): Omit<Topology, 'version'> {
  const layers: Layer[] = [];
  const list = Array.isArray(config.value) ? config.list() : config.at('layers').list();
  for (const json of list) {
    const layer = layerOf(json, layers.length === 0 ? [] : [layers[layers.length - 1].name]);
    if (layers.length === 0 && layer.kind !== 'InputLayer') {
      layers.push({ ...layer, name: `${layer.name}_input`, kind: 'InputLayer' });
      layers.push({ ...layer, from: [layers[0].name] });
    } else layers.push(layer);
  }
  if (layers.length === 0) return config.throwExpected('at least one layer');
  return { layers, inputs: [layers[0].name], outputs: [layers[layers.length - 1].name] };
}

/** A Functional model: layers name those they read. */
function functional(config: JsonValue): Omit<Topology, 'version'> {
  const layers = config
    .at('layers')
    .list()
    .map((json) => {
      const calls = json.at('inbound_nodes').list();
      if (calls.length > 1) json.at('inbound_nodes').unsupported('a layer that is used twice is not supported.');
      return layerOf(json, calls.flatMap(sources));
    });
  return { layers, inputs: ends(config.at('input_layers')), outputs: ends(config.at('output_layers')) };
}

function layerOf(json: JsonValue, from: readonly string[]): Layer {
  const config = json.at('config');
  return { name: config.at('name').text(), kind: json.at('class_name').text(), json, config, from };
}

/** `[["dense", 0, 0, {}], …]`, or as Keras 3 writes it, with the same inside `keras_history`. */
function sources(call: JsonValue): string[] {
  if (Array.isArray(call.value)) return call.list().map(nameIn);
  return call
    .at('args')
    .list()
    .flatMap((arg) => (Array.isArray(arg.value) ? arg.list() : [arg]))
    .map((tensor) => nameIn(tensor.at('config').at('keras_history')));
}

/** The layers that a list of tensors, or a single tensor, comes from. */
function ends(json: JsonValue): string[] {
  const list = json.list();
  return typeof list[0]?.value === 'string' ? [nameIn(json)] : list.map(nameIn);
}

/** `["dense", 0, 0]` */
function nameIn(json: JsonValue): string {
  const [name, call, tensor] = json.list();
  if (name === undefined) return json.throwExpected('the name of a layer and two numbers');
  if (call?.value !== 0 || tensor?.value !== 0) json.unsupported('only the first use of a layer is supported.');
  return name.text();
}
