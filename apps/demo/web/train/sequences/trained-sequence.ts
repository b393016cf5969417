/**
 * Rebuilds, on the page, a network that a worker trained on sequences. The Derive view opens this network with the
 * sequence whose states the Train view shows.
 */
import { lossOf, type Settings } from '../../shared/sequence-settings.js';
import { targetStepsOf } from '../../shared/sequence.js';
import { functionsByName, type Trained } from '../trained-network.js';
import { withTrained } from '../trained-state.js';
import { networkFor, type SequenceShape } from './network-for.js';
import type { SequenceResult } from './trainer.js';

/** @throws NnbpError any error thrown by `networkFor` */
export function trainedSequence(settings: Settings, shape: SequenceShape, result: SequenceResult): Trained {
  const { kind, inputs, targets } = result;
  const width = shape.outputNames.length;
  return {
    network: withTrained(networkFor(kind, shape, settings, functionsByName), result),
    derive: {
      input: inputs.flat(),
      target: targets.flatMap((row) => row ?? Array<number>(width).fill(0)),
      time: { steps: inputs.length, targets: targetStepsOf(targets) },
      loss: lossOf(settings),
      // Empty, so that the Derive view selects the weight of the first delayed edge.
      selected: '',
    },
  };
}
