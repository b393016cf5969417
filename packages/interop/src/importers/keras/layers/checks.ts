import type { JsonValue } from '@nnbp/formats/shared';
import type { Layer } from '../topology.js';
import type { Values } from '../values.js';

/** Throws if the layer reads the output of a softmax. */
export function expectNoSoftmax({ json }: Pick<Layer, 'json'>, { softmax }: Values): void {
  if (softmax) json.unsupported('a softmax is supported only at the end of a model.');
}

/** Whether an option is true. An option that is missing counts as true. */
export const isOn = (config: JsonValue, option: string) => !config.at(option).present || config.at(option).flag();
