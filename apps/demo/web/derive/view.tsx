/** See how a derivative comes about: the network, the number that is asked, and where it comes from. */
import { useMemo } from 'react';
import { useMessages } from '../language.js';
import type { PlaygroundState } from '../state.js';
import { usePlayground } from '../store.js';
import { builtinFunctions } from '../train/builtin-functions.js';
import { ArticleNotes } from './article-notes.js';
import { BreakIt } from './break-it.js';
import { BrokenGraph, useBrokenPass } from './broken-graph.js';
import './derive.css';
import { DerivationPanel } from './derivation.js';
import { type Exercise, exerciseOf, selectedQuantity } from './exercise.js';
import { messages } from './messages.js';
import { NetworkGraph } from './network-graph.js';
import { ParameterCards } from './parameter-cards.js';
import { Savings } from './savings.js';
import { FilmStepper } from './stepper.js';
import { Toolbar } from './toolbar.js';

export default function View() {
  const state = usePlayground();
  const { network, derive } = state;
  const { exercise, problem } = useMemo(
    () => attempt(state),
    // Nothing else of the state is part of the exercise.
    [network, derive.input, derive.target, derive.loss, derive.mode],
  );
  return (
    <div className="derive">
      <Toolbar exercise={exercise} />
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {exercise !== undefined &&
        (derive.mode === 'break' ? <Broken exercise={exercise} /> : <Worked exercise={exercise} />)}
      {derive.mode !== 'article' && <ParameterCards exercise={exercise} />}
    </div>
  );
}

function Worked({ exercise }: { readonly exercise: Exercise }) {
  const { derive } = usePlayground();
  const say = useMessages(messages);
  const selected = selectedQuantity(exercise, derive.selected);
  const step = derive.step === null ? null : Math.min(derive.step, exercise.film.steps.length);
  return (
    <>
      <div className="derive-stage">
        <section className="panel" aria-label={say.graph}>
          <NetworkGraph exercise={exercise} selected={selected} step={step} />
          <FilmStepper exercise={exercise} step={step} />
        </section>
        <DerivationPanel exercise={exercise} selected={selected} />
      </div>
      {derive.mode === 'article' && <ArticleNotes exercise={exercise} />}
      <Savings exercise={exercise} selected={selected} />
    </>
  );
}

function Broken({ exercise }: { readonly exercise: Exercise }) {
  const pass = useBrokenPass(exercise);
  const say = useMessages(messages);
  return (
    <div className="derive-stage">
      <section className="panel" aria-label={say.graph}>
        <BrokenGraph exercise={exercise} pass={pass} />
      </section>
      <BreakIt exercise={exercise} pass={pass} />
    </div>
  );
}

function attempt(state: PlaygroundState): { readonly exercise?: Exercise; readonly problem?: string } {
  try {
    return { exercise: exerciseOf(state, builtinFunctions) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
