/** Opens the training that the settings describe, and again whenever they describe another one. */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { lossOf, type SequenceTable, type Settings } from '../../shared/sequence-settings.js';
import { useStable } from '../../shared/use-stable.js';
import { userFunctionsOf } from '../../shared/user-code/used-functions.js';
import type { PlaygroundState } from '../../state.js';
import type { SequenceTraining, SequenceTrainingView } from './training.js';

export function useSequenceTraining(
  training: SequenceTraining,
  settings: Settings,
  custom: PlaygroundState['custom'],
  table: SequenceTable | undefined,
): SequenceTrainingView {
  const { shown, taken, open: _, ...rest } = settings;
  const { kinds, graph } = rest;
  // A graph that is not trained does not restart the training of layers.
  const trained = kinds.includes('graph') ? graph : null;
  const start = useStable({ ...rest, graph: trained });
  const activations = trained?.nodes.map(({ activation }) => activation) ?? [];
  const own = useStable(userFunctionsOf(activations, lossOf(settings), custom));
  // The step count in the settings follows the training: a change of it opens nothing.
  const stepsToRepeat = useEffectEvent(() => taken);
  useEffect(() => void training.observe(shown), [training, shown]);
  useEffect(() => {
    void training.openOnce({ settings: start, table, own }, stepsToRepeat());
  }, [training, start, table, own]);
  // It waits while other views are shown.
  useEffect(() => () => void (training.view.playing && training.pause()), [training]);
  return useSyncExternalStore(training.subscribe, () => training.view);
}
