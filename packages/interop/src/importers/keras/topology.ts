/** Reads the layers of Sequential and Functional Keras models, and the connections between them. */
import type { JsonValue } from '@nnbp/formats/shared';

export interface Layer {
  readonly name: string;
  /** The class of the layer, such as `Dense`. */
  readonly kind: string;
  readonly json: JsonValue;
  readonly config: JsonValue;
  /** Names of the layers that this layer reads. Empty for an input layer. */
  readonly from: readonly string[];
}

export interface Topology {
  /** All layers, in the order of the file. `fromKeras` rejects a layer that reads a later one. */
  readonly layers: readonly Layer[];
  /** Names of the input layers, in the order of the model. */
  readonly inputs: readonly string[];
  /** Names of the output layers. */
  readonly outputs: readonly string[];
  /** The version of Keras; '' if the file does not specify it. */
  readonly version: string;
}

/** @throws NnbpError `UNSUPPORTED` (a layer that is used twice), `MALFORMED` */
export function readTopology(model: JsonValue): Topology {
  const document = model.at('modelTopology').present ? model.at('modelTopology') : model;
  const modelConfig = document.at('model_config').present ? document.at('model_config') : document;
  const entry = document.at('keras_version');
  const version = entry.present ? entry.text() : '';
  const kind = modelConfig.at('class_name');
  const config = modelConfig.at('config');
  if (kind.text() === 'Sequential') return { ...sequential(config), version };
  if (kind.text() === 'Functional' || kind.text() === 'Model') return { ...functional(config), version };
  return kind.unsupported('expected a Sequential or a Functional model.');
}

/** Reads a Sequential model. If it has no input layer, the first layer specifies the shape of the inputs. */
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

/** Reads a Functional model, in which each layer names the layers that it reads. */
function functional(config: JsonValue): Omit<Topology, 'version'> {
  const layers = config
    .at('layers')
    .list()
    .map((json) => {
      const calls = json.at('inbound_nodes').list();
      if (calls.length > 1) json.at('inbound_nodes').unsupported('a layer that is used twice is not supported.');
      return layerOf(json, calls.flatMap(sources));
    });
  return { layers, inputs: layersIn(config.at('input_layers')), outputs: layersIn(config.at('output_layers')) };
}

function layerOf(json: JsonValue, from: readonly string[]): Layer {
  const config = json.at('config');
  return { name: config.at('name').text(), kind: json.at('class_name').text(), json, config, from };
}

/**
 * Returns the names of the layers in `[["dense", 0, 0, {}], …]`. Keras 3 writes `["dense", 0, 0]` inside
 * `keras_history`.
 */
function sources(call: JsonValue): string[] {
  if (Array.isArray(call.value)) return call.list().map(nameIn);
  return call
    .at('args')
    .list()
    .flatMap((arg) => (Array.isArray(arg.value) ? arg.list() : [arg]))
    .map((tensor) => nameIn(tensor.at('config').at('keras_history')));
}

/** Returns the names of the layers in a list of tensors, or in a single tensor. */
function layersIn(json: JsonValue): string[] {
  const list = json.list();
  return typeof list[0]?.value === 'string' ? [nameIn(json)] : list.map(nameIn);
}

/** Returns the name of the layer in `["dense", 0, 0]`. */
function nameIn(json: JsonValue): string {
  const [name, call, tensor] = json.list();
  if (name === undefined) return json.throwExpected('the name of a layer and two numbers');
  if (call?.value !== 0 || tensor?.value !== 0) json.unsupported('only the first use of a layer is supported.');
  return name.text();
}
