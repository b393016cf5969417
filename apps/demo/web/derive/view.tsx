/** The Derive view: the network, the selected number and its derivation. */
import { replay } from '@nnbp/explain';
import { lazy, Suspense, useDeferredValue, useMemo } from 'react';
import { useRecorded } from '../shared/user-code/use-recorded.js';
import type { Functions } from '../functions.js';
import { useMessages } from '../language.js';
import { hasDelays } from '../network.js';
import { usePlayground } from '../store.js';
import { ArticleNotes } from './article-notes.js';
import { BreakIt } from './break-it.js';
import { BrokenGraph, useBroken } from './broken-graph.js';
import { DerivationPanel } from './derivation.js';
import { type Exercise, exerciseOf, type Question, selectedQuantity, sized } from './exercise.js';
import { LossBox, type ShownPass } from './loss-box.js';
import { messages } from './messages.js';
import { NetworkGraph } from './network-graph.js';
import { ParameterCards } from './parameter-cards.js';
import { Savings } from './savings.js';
import { formulaStandIn, isCustomLoss, modeOf } from './mode.js';
import { Pointing } from './pointing.js';
import { TraceStepper, StepValue } from './stepper.js';
import { type TimeExercise, timeExerciseOf } from './time/exercise.js';
import { Toolbar } from './toolbar.js';
import styles from './view.module.css';

/** Loaded only for networks with delays. */
const TimeView = lazy(() => import('./time/view.js'));

export default function View() {
  const own = usePlayground(({ network }) => network);
  const derive = usePlayground(({ derive }) => derive);
  const fit = usePlayground(({ fit }) => fit);
  const custom = usePlayground(({ custom }) => custom);
  const { input, target, loss, time } = derive;
  const { mode, formula } = modeOf(derive.mode, fit.shown);
  const say = useMessages(messages);
  const hasTime = formula === undefined && mode !== 'article' && hasDelays(own);
  const targets = isCustomLoss({ derive, custom }) ? 'last' : time.targets;
  const requested = useMemo((): Question => {
    const network = formula === undefined ? own : formulaStandIn(formula);
    return {
      network,
      input: sized(input, network.inputs.length * (hasTime ? time.steps : 1), 0.5),
      target: sized(target, network.outputs.length * (hasTime ? time.steps : 1), 0),
      loss,
      mode,
      formula,
      time: hasTime ? { ...time, targets } : undefined,
    };
  }, [own, formula, input, target, loss, mode, hasTime, time, targets]);
  const { pass: question, functions, problem: recordingProblem, waiting } = useRecorded(requested);
  const {
    exercise,
    timeExercise,
    problem = recordingProblem,
  } = useMemo((): Attempt => (question === undefined ? {} : attempt(question, functions)), [question, functions]);
  return (
    <Pointing className={styles.view}>
      <Toolbar exercise={exercise} />
      <p className={styles.lead}>
        {say.modeTasks[mode]}
        {formula && (
          <>
            {' '}
            <code>{formula.formula}</code>
          </>
        )}
      </p>
      {waiting !== undefined && <p role="status">{waiting}</p>}
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {timeExercise !== undefined && mode === 'break' && <p role="status">{say.noBreakItWithDelays}</p>}
      {timeExercise !== undefined && mode !== 'break' ? (
        <Suspense fallback={null}>
          <TimeView exercise={timeExercise} />
        </Suspense>
      ) : exercise === undefined ? (
        mode !== 'fit' && <ParameterCards selected={undefined} known={undefined} />
      ) : mode === 'break' ? (
        <Broken exercise={exercise} />
      ) : (
        <ComputedSample exercise={exercise} mode={mode} />
      )}
    </Pointing>
  );
}

interface ComputedSampleProps {
  readonly exercise: Exercise;
  readonly mode: Question['mode'];
}

function ComputedSample({ exercise, mode }: ComputedSampleProps) {
  const derive = usePlayground(({ derive }) => derive);
  const display = usePlayground(({ display }) => display);
  const say = useMessages(messages);
  const selected = useMemo(() => selectedQuantity(exercise, derive.selected), [exercise, derive.selected]);
  const requestedStep = derive.step ?? (display.answers === 'hidden' ? 0 : null);
  const pass = useMemo(() => shownPass(exercise), [exercise]);
  const stepCount = exercise.trace.steps.length;
  const step = requestedStep === null ? null : Math.min(requestedStep, stepCount);
  const known = useMemo(() => replay(exercise.trace, step ?? stepCount), [exercise, step, stepCount]);
  // Show the graph and the derivation first; they can be used before the panels below them are rendered.
  const isBelowShown = useDeferredValue(true, false);
  return (
    <div className={styles.stage}>
      <section className="panel" aria-label={say.graph}>
        <NetworkGraph exercise={exercise} selected={selected} known={known} step={step} />
        {mode === 'own' && (
          <LossBox current={pass} isKnown={display.answers !== 'hidden' || (step ?? stepCount) === stepCount} />
        )}
        <TraceStepper
          trace={exercise.trace}
          step={step}
          renderValue={(quantity) => <StepValue exercise={exercise} quantity={quantity} />}
        />
      </section>
      <DerivationPanel exercise={exercise} selected={selected} known={step === null ? undefined : known} />
      {isBelowShown && (
        <>
          {mode === 'article' ? (
            <ArticleNotes exercise={exercise} />
          ) : (
            mode === 'own' && <ParameterCards selected={selected} known={known} />
          )}
          <Savings exercise={exercise} selected={selected} />
        </>
      )}
    </div>
  );
}

const shownPass = ({ network, loss, trace: { pass }, input, target }: Exercise): ShownPass => ({
  network,
  loss,
  pass,
  data: [...input, ...target],
});

function Broken({ exercise }: { readonly exercise: Exercise }) {
  const broken = useBroken(exercise);
  const known = useMemo(() => replay(exercise.trace, exercise.trace.steps.length), [exercise]);
  const name = usePlayground(({ derive }) => derive.selected);
  const selected = useMemo(() => selectedQuantity(exercise, name), [exercise, name]);
  const say = useMessages(messages);
  return (
    <div className={styles.stage}>
      <section className="panel" aria-label={say.graph}>
        <BrokenGraph broken={broken} />
      </section>
      <BreakIt broken={broken} />
      <ParameterCards selected={selected} known={known} />
    </div>
  );
}

interface Attempt {
  readonly exercise?: Exercise;
  /** The exercise of a network with delays. */
  readonly timeExercise?: TimeExercise;
  readonly problem?: string;
}

function attempt(question: Question, functions: Functions): Attempt {
  try {
    const { time } = question;
    return time === undefined
      ? { exercise: exerciseOf(question, functions) }
      : { timeExercise: timeExerciseOf({ ...question, time }, functions) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
