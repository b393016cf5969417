/** Derive for a network with delays: the network unrolled over time, a derivative's sum over time, and its derivation. */
import { useMemo } from 'react';
import { useMessages } from '../../language.js';
import { usePlayground } from '../../store.js';
import { DerivationPanel } from '../derivation.js';
import { isParameter } from '../finite-difference.js';
import { messages as deriveMessages } from '../messages.js';
import { ParameterCards } from '../parameter-cards.js';
import layout from '../view.module.css';
import { Columns } from './columns.js';
import { selectedInTime, type TimeExercise } from './exercise.js';
import { messages } from './messages.js';
import { Terms } from './terms.js';

/** Maximum number of nodes that are drawn. */
const maxDrawn = 400;

export default function TimeView({ exercise }: { readonly exercise: TimeExercise }) {
  const { selected: name, step } = usePlayground(({ derive }) => derive);
  const say = useMessages(messages);
  const sayDerive = useMessages(deriveMessages);
  const selected = useMemo(() => selectedInTime(exercise, name), [exercise, name]);
  const isSum = isParameter(selected);
  const opened = Math.max(1, Math.min(step ?? exercise.steps, exercise.steps));
  const drawn = exercise.unrolled.nodeCount;
  return (
    <div className={layout.stage}>
      <section className="panel" aria-label={sayDerive.graph}>
        {drawn > maxDrawn ? (
          <p>{say.tooLarge(drawn)}</p>
        ) : (
          <Columns exercise={exercise} selected={selected} firstStep={exercise.steps - opened} />
        )}
        <p className="quiet">{say.shared}</p>
        {isSum ? <Terms exercise={exercise} selected={selected} opened={opened} /> : <p>{say.noSum}</p>}
      </section>
      <DerivationPanel exercise={exercise} selected={selected} />
      <ParameterCards selected={selected} known={exercise} />
    </div>
  );
}
