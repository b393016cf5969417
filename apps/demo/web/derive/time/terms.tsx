/** A parameter derivative as a sum over time, revealed term by term from the last time step to the first. */
import { nameOf, type QuantityName } from '@nnbp/explain';
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { formatNumber } from '../../shared/format-number.js';
import { Letter } from '../../shared/letter.js';
import { change, select } from '../change.js';
import { edgeFrom } from '../finite-difference.js';
import { messages as deriveMessages } from '../messages.js';
import {
  originalParameter,
  splitId,
  stepsOfTerms,
  type TermInTime,
  termsInTime,
  type TimeExercise,
} from './exercise.js';
import { messages } from './messages.js';
import styles from './time.module.css';

export interface TermsProps {
  readonly exercise: TimeExercise;
  /** The parameter derivative whose terms are shown. */
  readonly selected: QuantityName;
  readonly termCount: number;
}

export function Terms({ exercise, selected, termCount }: TermsProps) {
  const say = useMessages(messages);
  const terms = termsInTime(exercise, selected);
  const largest = Math.max(...terms.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const targetCount = exercise.targets.filter((row) => row !== null).length;
  const name = nameOf(selected);
  const sum = terms[termCount - 1]?.sum ?? 0;
  const isAll = termCount === terms.length;
  return (
    <div className={styles.terms} role="group" aria-label={say.terms(name)}>
      <TermSlider exercise={exercise} selected={selected} termCount={termCount} />
      <table className={styles.sum}>
        <thead>
          <tr>
            <th scope="col">{say.stepColumn}</th>
            <th scope="col">{say.termColumn}</th>
            <th scope="col" aria-label={say.magnitudeColumn} />
            <th scope="col">{say.valueColumn}</th>
            <th scope="col">{say.sumColumn}</th>
          </tr>
        </thead>
        <tbody>
          {terms.slice(0, termCount).map((term) => (
            <tr key={term.step} data-term-step={term.step}>
              <th scope="row">t = {term.step}</th>
              <td>
                <Factors exercise={exercise} selected={selected} term={term} />
              </td>
              <td className={styles.bar} aria-hidden>
                <span
                  style={{ width: `${(100 * Math.abs(term.value)) / largest}%` }}
                  data-sign={Math.sign(term.value)}
                />
              </td>
              <td>
                <RoundedNumber value={term.value} />
              </td>
              <td>
                <RoundedNumber value={term.sum} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">
        {isAll
          ? say.complete(name, formatNumber(sum / targetCount, 6), targetCount)
          : say.missing(terms.length - termCount)}
      </p>
    </div>
  );
}

/** Slider for the number of terms shown. Moves the trace to the trace step that adds the last of these terms. */
function TermSlider({ exercise, selected, termCount }: TermsProps) {
  const say = useMessages(messages);
  const max = exercise.steps;
  const showTerms = (count: number) =>
    change({ step: count === max ? exercise.trace.steps.length : [0, ...stepsOfTerms(exercise, selected)][count] });
  return (
    <label className={styles.slider}>
      {say.termSlider}
      <input
        type="range"
        min={0}
        max={max}
        value={termCount}
        aria-valuetext={say.termsOf(termCount, max)}
        onChange={(event) => showTerms(Number(event.target.value))}
      />
      <span className="quiet">{say.termsOf(termCount, max)}</span>
    </label>
  );
}

/** Shows the term that a trace step adds to a parameter derivative, and the sum so far. */
export function StepTerm({ exercise, quantity }: { exercise: TimeExercise; quantity: QuantityName }) {
  const say = useMessages(messages);
  const parameter = originalParameter(quantity);
  const [, t] = splitId(quantity.node);
  const { value, sum } = termsInTime(exercise, parameter).find(({ step }) => step === t)!;
  return (
    <li>
      {say.term(nameOf(parameter))} <RoundedNumber value={value} />
      {say.sumOfTerms} <RoundedNumber value={sum} />
    </li>
  );
}

/** Shows the factors of a term as buttons that select them. */
function Factors({
  exercise,
  selected,
  term: { step },
}: Pick<TermsProps, 'exercise' | 'selected'> & { term: TermInTime }) {
  const say = useMessages(deriveMessages);
  const { graph } = exercise.network;
  const factors = factorsAt(exercise, selected, step);
  const isAggregated = selected.quantity === 'dLossDw' && graph.aggregation(graph.indexOf(selected.node)) !== undefined;
  return (
    <>
      {factors.map((quantity, k) => (
        <span key={nameOf(quantity)}>
          {k > 0 && ' · '}
          <button
            type="button"
            className={styles.factor}
            data-name={nameOf(quantity)}
            aria-label={say.select(nameOf(quantity), formatNumber(exercise.value(quantity)))}
            onClick={() => select(quantity)}
          >
            <Letter>{symbols[quantity.quantity]}</Letter>
            <sub>{splitId(quantity.node).join('@')}</sub>
          </button>
        </span>
      ))}
      {isAggregated && (
        <>
          {' · '}
          <Letter>∂A/∂z</Letter>
        </>
      )}
    </>
  );
}

const symbols: Partial<Record<QuantityName['quantity'], string>> = {
  dLossDx: '∂loss/∂x',
  slope: 'slope',
  x: 'x',
  g: 'g',
};

/** The factors of a term, without ∂A/∂z, which `Factors` adds if necessary. */
function factorsAt({ network: { graph } }: TimeExercise, { quantity, node, from }: QuantityName, step: number) {
  const at = (kind: QuantityName['quantity'], id = node, t = step): QuantityName => ({
    quantity: kind,
    node: `${id}@${t}`,
  });
  if (quantity === 'dLossDc') return [at('dLossDx'), at('g')];
  if (quantity === 'dLossDb') return [at('dLossDx'), at('slope')];
  const e = edgeFrom(graph, graph.indexOf(node), from!);
  return [at('dLossDx'), at('slope'), at('x', graph.ids[graph.predecessors[e]], step - graph.delay(e))];
}
