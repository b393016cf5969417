/** Controls to step through a trace: slider, buttons, arrow keys, playback. */
import { type QuantityName, nameOf, type Trace } from '@nnbp/explain';
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Pause, Play } from 'lucide-react';
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { useMessages } from '../language.js';
import { useJoin } from '../shared/use-join.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { Formula } from '../shared/formula.js';
import { usePlayground } from '../store.js';
import { CaseBadge } from './badge.js';
import { change } from './change.js';
import type { Derivable } from './derivable.js';
import { messages } from './messages.js';
import styles from './stepper.module.css';

/** Milliseconds between two steps of playback. */
const stepDelay = 900;

export interface StepperProps {
  /** Number of steps to show. Null means all steps. */
  readonly step: number | null;
  readonly total: number;
  /** Text shown before the first step. */
  readonly before: string;
  /** Height reserved for the description of a step, so that the page does not move between steps. */
  readonly space: 'lines' | 'formulas';
  /** The description of the step. */
  readonly children?: ReactNode;
}

export function Stepper({ step, total, before, space, children }: StepperProps) {
  const say = useMessages(messages).steps;
  const isHidden = usePlayground(({ display }) => display.answers === 'hidden');
  const [playing, setPlaying] = useState(false);
  const stepCount = step ?? total;
  useEffect(() => {
    if (!playing) return;
    // If all steps are shown, playback starts from the beginning.
    const next = step === null ? 0 : Math.min(step + 1, total);
    const timer = setTimeout(
      () => {
        change({ step: next });
        if (next === total) setPlaying(false);
      },
      step === null ? 0 : stepDelay,
    );
    return () => clearTimeout(timer);
  }, [playing, step, total]);
  const stepTo = (to: number) => {
    setPlaying(false);
    change({ step: Math.max(0, Math.min(total, to)) });
  };
  const showAll = () => {
    setPlaying(false);
    // If answers are hidden, the Derive view treats null as step 0.
    change({ step: isHidden ? total : null });
  };
  return (
    <div
      role="group"
      aria-label={say.title}
      onKeyDown={(event) => {
        // The slider handles the arrow keys itself.
        if (event.target instanceof HTMLInputElement) return;
        if (event.key === 'ArrowRight') stepTo(stepCount + 1);
        else if (event.key === 'ArrowLeft') stepTo(stepCount - 1);
      }}
    >
      <div className={styles.controls}>
        <button type="button" aria-label={say.first} title={say.first} onClick={() => stepTo(0)}>
          <ChevronFirst size={18} aria-hidden />
        </button>
        <button
          type="button"
          aria-label={say.back}
          title={say.back}
          disabled={stepCount === 0}
          onClick={() => stepTo(stepCount - 1)}
        >
          <ChevronLeft size={18} aria-hidden />
        </button>
        <button
          type="button"
          className="primary"
          aria-label={playing ? say.pause : say.play}
          title={playing ? say.pause : say.play}
          onClick={() => {
            if (!playing && stepCount === total) change({ step: 0 });
            setPlaying(!playing);
          }}
        >
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </button>
        <button
          type="button"
          aria-label={say.forward}
          title={say.forward}
          disabled={stepCount === total}
          onClick={() => stepTo(stepCount + 1)}
        >
          <ChevronRight size={18} aria-hidden />
        </button>
        <button type="button" aria-label={say.last} title={say.last} onClick={showAll}>
          <ChevronLast size={18} aria-hidden />
        </button>
        <input
          type="range"
          min={0}
          max={total}
          value={stepCount}
          aria-label={say.slider}
          aria-valuetext={say.of(stepCount, total)}
          onChange={(event) => stepTo(Number(event.target.value))}
        />
        <span className={`quiet ${styles.count}`}>{say.of(stepCount, total)}</span>
      </div>
      <div
        className={styles.caption}
        data-space={space}
        role="group"
        aria-label={say.what}
        aria-live="polite"
        tabIndex={0}
      >
        {step === 0 ? <p>{before}</p> : children}
      </div>
    </div>
  );
}

export interface TraceStepperProps {
  readonly trace: Trace;
  readonly step: number | null;
  /** Renders a value that a step computes, as a list item. */
  readonly renderValue: (quantity: QuantityName) => ReactNode;
}

export function TraceStepper({ trace, step, renderValue }: TraceStepperProps) {
  const say = useMessages(messages);
  return (
    <Stepper step={step} total={trace.steps.length} before={say.steps.none} space="formulas">
      {step !== 0 && <Caption trace={trace} index={(step ?? trace.steps.length) - 1} renderValue={renderValue} />}
    </Stepper>
  );
}

/** Maximum number of values shown per step. */
const maxValues = 6;

function Caption({
  trace,
  index,
  renderValue,
}: Pick<TraceStepperProps, 'trace' | 'renderValue'> & { readonly index: number }) {
  const texts = useMessages(messages);
  const say = texts.steps;
  const { graph, steps } = trace;
  const step = steps[index];
  const isInput = graph.indexOf(step.node) < graph.inputCount;
  const sentence =
    step.case === 'forward' ? (isInput ? say.inputAt : say.forwardAt)(step.node) : say.caseAt[step.case](step.node);
  const join = useJoin();
  const reads = step.reads.map(nameOf);
  return (
    <>
      <p>
        <CaseBadge name={step.case} /> {sentence}{' '}
        <span className="quiet">{reads.length === 0 ? say.readsNothing : say.reads(join(shortList(reads)))}</span>
      </p>
      <ul className={styles.values} data-many={step.writes.length > 3 || undefined}>
        {step.writes.slice(0, maxValues).map((quantity) => (
          <Fragment key={nameOf(quantity)}>{renderValue(quantity)}</Fragment>
        ))}
        {step.writes.length > maxValues && <li className="quiet">{texts.more(step.writes.length - maxValues)}</li>}
      </ul>
    </>
  );
}

export interface StepValueProps {
  readonly exercise: Derivable;
  readonly quantity: QuantityName;
}

export function StepValue({ exercise, quantity }: StepValueProps) {
  const { formula, numbers, value } = exercise.rootStep(quantity);
  return (
    <li>
      <Formula latex={formula} plain={nameOf(quantity)} />{' '}
      {numbers !== String(value) && (
        <span className={styles.numbers}>
          <Formula latex={`= ${numbers}`} plain="" />{' '}
        </span>
      )}
      = <RoundedNumber value={value} />
    </li>
  );
}

const shortList = (names: readonly string[]): readonly string[] =>
  names.length <= 8 ? names : [...names.slice(0, 7), '…', names[names.length - 1]];
