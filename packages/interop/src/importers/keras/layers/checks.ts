import type { JsonValue } from '@nnbp/formats/shared';
import type { Layer } from '../topology.js';
import type { Applied, Values } from '../values.js';

/** Throws if the layer reads the output of a softmax. */
export function expectNoSoftmax({ json }: Pick<Layer, 'json'>, { softmax }: Values): void {
  if (softmax) json.unsupported('a softmax is supported only at the end of a model.');
}

/** Throws unless the option `axis` is missing or is the last axis. The batch and the steps count as axes. */
export function expectLastAxis({ config, inner }: Pick<Applied, 'config' | 'inner'>, { shape, steps }: Values): void {
  const axis = config.at('axis');
  const axes = Array.isArray(axis.value) ? axis.list() : axis.present ? [axis] : [];
  const last = shape.length + (steps === 'all' && inner === undefined ? 1 : 0);
  if (axes.length > 1 || axes.some(({ value }) => value !== -1 && value !== last)) {
    axis.unsupported('only the last axis is supported.');
  }
}

/** Whether an option is true. An option that is missing counts as true. */
export const isOn = (config: JsonValue, option: string) => !config.at(option).present || config.at(option).flag();
