/**
 * The Derive view of a network with delays: the network unrolled over time, the selected derivative as a sum over time,
 * and the derivation of the selected derivative.
 */
import { useMemo } from 'react';
import { useMessages } from '../../language.js';
import { usePlayground } from '../../store.js';
import { DerivationPanel } from '../derivation.js';
import { LossBox } from '../loss-box.js';
import { isParameterDerivative } from '../finite-difference.js';
import { messages as deriveMessages } from '../messages.js';
import { ParameterCards } from '../parameter-cards.js';
import { TraceStepper, StepValue } from '../stepper.js';
import layout from '../view.module.css';
import { Columns } from './columns.js';
import { knownInTime, termCountAt, selectedInTime, type TimeExercise } from './exercise.js';
import { messages } from './messages.js';
import { Terms, StepTerm } from './terms.js';

/** Maximum number of nodes of the unrolled network. A larger network is not drawn. */
const maxDrawn = 400;

export default function TimeView({ exercise }: { readonly exercise: TimeExercise }) {
  const derive = usePlayground(({ derive }) => derive);
  const isHidden = usePlayground(({ display }) => display.answers === 'hidden');
  const say = useMessages(messages);
  const sayDerive = useMessages(deriveMessages);
  const selected = useMemo(() => selectedInTime(exercise, derive.selected), [exercise, derive.selected]);
  const traceLength = exercise.trace.steps.length;
  const requestedStep = derive.step ?? (isHidden ? 0 : null);
  const step = requestedStep === null ? null : Math.min(requestedStep, traceLength);
  const known = useMemo(() => (step === null ? exercise : knownInTime(exercise, step)), [exercise, step]);
  const isSum = isParameterDerivative(selected);
  const termCount = isSum ? termCountAt(exercise, selected, step ?? traceLength) : exercise.steps;
  const pass = useMemo(() => {
    const { network, loss, pass, inputs, targets } = exercise;
    return {
      network,
      loss,
      pass,
      data: [...inputs.flat(), ...targets.flatMap((row): (number | null)[] => (row === null ? [null] : [...row]))],
    };
  }, [exercise]);
  const nodeCount = exercise.unrolled.nodeCount;
  return (
    <div className={layout.stage}>
      <section className="panel" aria-label={sayDerive.graph}>
        {nodeCount > maxDrawn ? (
          <p>{say.tooLarge(nodeCount)}</p>
        ) : (
          <Columns
            exercise={exercise}
            selected={selected}
            known={known}
            step={step}
            firstStep={exercise.steps - termCount}
          />
        )}
        <p className="quiet">{say.shared}</p>
        <LossBox current={pass} isKnown={!isHidden || (step ?? traceLength) === traceLength} />
        <TraceStepper
          trace={exercise.trace}
          step={step}
          renderValue={(quantity) =>
            isParameterDerivative(quantity) ? (
              <StepTerm exercise={exercise} quantity={quantity} />
            ) : (
              <StepValue exercise={exercise} quantity={quantity} />
            )
          }
        />
        {isSum ? <Terms exercise={exercise} selected={selected} termCount={termCount} /> : <p>{say.noSum}</p>}
      </section>
      <DerivationPanel exercise={exercise} selected={selected} known={known} />
      <ParameterCards selected={selected} known={known} />
    </div>
  );
}
