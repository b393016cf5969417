/** Opens the training that the settings describe, and again whenever they describe another one. */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { useStable } from '../../shared/use-stable.js';
import type { SequenceTable, Settings } from './settings.js';
import type { SequenceTraining, SequenceTrainingView } from './training.js';

export function useSequenceTraining(
  training: SequenceTraining,
  { shown, taken, open: _, ...rest }: Settings,
  table: SequenceTable | undefined,
): SequenceTrainingView {
  const start = useStable(rest);
  // The step count in the settings follows the training: a change of it opens nothing.
  const stepsToRepeat = useEffectEvent(() => taken);
  useEffect(() => void training.observe(shown), [training, shown]);
  useEffect(() => {
    void training.open(start, table, stepsToRepeat());
    return () => training.close();
  }, [training, start, table]);
  return useSyncExternalStore(training.subscribe, () => training.view);
}
