/** Opens the training run that the settings describe, and opens a new run whenever the settings change. */
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
  // Changes to a graph that is not being trained must not restart the training.
  const trained = kinds.includes('graph') ? graph : null;
  const start = useStable({ ...rest, graph: trained });
  const activations = trained?.nodes.map(({ activation }) => activation) ?? [];
  const functions = useStable(userFunctionsOf(activations, lossOf(settings), custom));
  // `taken`, the step count, is updated when training stops, so a change to it must not open a training run.
  const stepsToRepeat = useEffectEvent(() => taken);
  useEffect(() => void training.observe(shown), [training, shown]);
  useEffect(() => {
    void training.openOnce({ settings: start, table, functions }, stepsToRepeat());
  }, [training, start, table, functions]);
  // Pause while other views are shown.
  useEffect(() => () => void (training.view.playing && training.pause()), [training]);
  return useSyncExternalStore(training.subscribe, () => training.view);
}
