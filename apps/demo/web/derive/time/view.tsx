/** Derive for a network with delays: the network unrolled over time, a derivative's sum over time, and its derivation. */
import { useMemo } from 'react';
import { useMessages } from '../../language.js';
import { usePlayground } from '../../store.js';
import { DerivationPanel } from '../derivation.js';
import { LossBox } from '../loss-box.js';
import { isParameter } from '../finite-difference.js';
import { messages as deriveMessages } from '../messages.js';
import { ParameterCards } from '../parameter-cards.js';
import layout from '../view.module.css';
import { Columns } from './columns.js';
import { knownInTime, selectedInTime, type TimeExercise } from './exercise.js';
import { messages } from './messages.js';
import { TermSlider, Terms } from './terms.js';

/** Maximum number of nodes that are drawn. */
const maxDrawn = 400;

export default function TimeView({ exercise }: { readonly exercise: TimeExercise }) {
  const { selected: name, step } = usePlayground(({ derive }) => derive);
  const isHidden = usePlayground(({ display }) => display.answers === 'hidden');
  const say = useMessages(messages);
  const sayDerive = useMessages(deriveMessages);
  const selected = useMemo(() => selectedInTime(exercise, name), [exercise, name]);
  const isSum = isParameter(selected);
  // With hidden answers, no term is shown at first.
  const [min, initial] = isHidden ? [0, 0] : [1, exercise.steps];
  const termCount = Math.max(min, Math.min(step ?? initial, exercise.steps));
  const known = useMemo(
    () => (isHidden ? knownInTime(exercise, termCount) : exercise),
    [exercise, isHidden, termCount],
  );
  const pass = useMemo(() => {
    const { network, loss, pass, inputs, targets } = exercise;
    return {
      network,
      loss,
      pass,
      data: [...inputs.flat(), ...targets.flatMap((row): (number | null)[] => (row === null ? [null] : [...row]))],
    };
  }, [exercise]);
  const drawn = exercise.unrolled.nodeCount;
  return (
    <div className={layout.stage}>
      <section className="panel" aria-label={sayDerive.graph}>
        {drawn > maxDrawn ? (
          <p>{say.tooLarge(drawn)}</p>
        ) : (
          <Columns exercise={exercise} selected={selected} known={known} firstStep={exercise.steps - termCount} />
        )}
        <p className="quiet">{say.shared}</p>
        {(!isHidden || termCount === exercise.steps) && <LossBox exercise={pass} />}
        {isSum ? (
          <Terms exercise={exercise} selected={selected} termCount={termCount} min={min} />
        ) : (
          <>
            {isHidden && <TermSlider termCount={termCount} min={min} max={exercise.steps} />}
            <p>{say.noSum}</p>
          </>
        )}
      </section>
      <DerivationPanel exercise={exercise} selected={selected} known={known} />
      <ParameterCards selected={selected} known={known} />
    </div>
  );
}
