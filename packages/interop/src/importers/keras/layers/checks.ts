import type { JsonValue } from '@nnbp/formats/shared';
import type { Layer } from '../topology.js';
import type { Values } from '../values.js';

/** Throws if a softmax over the values was omitted, so that the values are logits. */
export function expectNoSoftmax({ json }: Pick<Layer, 'json'>, { softmax }: Values): void {
  if (softmax) json.unsupported('a softmax is supported only at the end.');
}

/** Whether an option is true. Default: true. */
export const isOn = (config: JsonValue, option: string) => !config.at(option).present || config.at(option).flag();
