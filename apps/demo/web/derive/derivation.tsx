/**
 * The derivation panel: the formula of a number, the formula with the values of its operands, the result, and on demand
 * the derivation of each operand.
 */
import { nameOf, type QuantityName, type Replay, type Step } from '@nnbp/explain';
import { createContext, useContext, useMemo, useRef, useState } from 'react';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { Formula } from '../shared/formula.js';
import { SavePicture } from '../shared/save-picture.js';
import { useNotice } from '../shared/use-notice.js';
import { usePlayground } from '../store.js';
import { CaseBadge } from './badge.js';
import type { Derivable } from './derivable.js';
import styles from './derivation.module.css';
import { linkedFormula } from './linked-formula.js';
import { messages } from './messages.js';
import layout from './view.module.css';

export interface DerivationPanelProps {
  readonly exercise: Derivable;
  readonly selected: QuantityName;
  /** The quantities that have been computed so far. Default: all of them. */
  readonly known?: Pick<Replay, 'value'> | undefined;
}

/** Whether a number has been computed. */
const Known = createContext<(quantity: QuantityName) => boolean>(() => true);

/** Placeholder for a number that is not known yet. */
const unknown = '?';

export function DerivationPanel({ exercise, selected, known }: DerivationPanelProps) {
  const say = useMessages(messages);
  const name = nameOf(selected);
  const isKnown = (quantity: QuantityName) => known === undefined || known.value(quantity) !== undefined;
  const panel = useRef<HTMLElement>(null);
  const [folded, fold] = useState(false);
  const root = useMemo(() => exercise.rootStep(selected), [exercise, selected]);
  return (
    <section
      ref={panel}
      className={`panel ${layout.side} ${styles.derivation} ${folded ? styles.folded : ''}`}
      aria-label={say.derivation}
    >
      <h2>{say.derivation}</h2>
      <button
        type="button"
        className={styles.foldSheet}
        aria-expanded={!folded}
        data-not-in-picture=""
        onClick={() => fold(!folded)}
      >
        {folded ? say.unfold : say.fold}
      </button>
      <output className={styles.answer} aria-live="polite" data-answer="">
        <Formula latex={sides(root.formula)[0]} plain={name} /> <span>=</span>{' '}
        {isKnown(selected) ? (
          <RoundedNumber value={root.value} digits={17} />
        ) : (
          <span>
            {unknown}
            <span className="visually-hidden"> {say.notYet(name)}</span>
          </span>
        )}
      </output>
      <Known.Provider value={isKnown}>
        <ol className={styles.steps}>
          <StepItem key={name} step={root} depth={0} />
        </ol>
      </Known.Provider>
      <CopyAs exercise={exercise} selected={selected} disabled={!isKnown(selected)} panel={() => panel.current} />
      <Measured exercise={exercise} selected={selected} known={isKnown(selected)} />
      <ul className={styles.legend} data-not-in-picture="">
        {([1, 2, 3] as const).map((caseNumber) => (
          <li key={caseNumber}>
            <CaseBadge name={caseNumber} /> {say.legend[caseNumber]}
          </li>
        ))}
      </ul>
      <details className={styles.glossary} data-not-in-picture="">
        <summary>{say.glossaryTitle}</summary>
        <dl>
          {Object.entries(say.glossary).map(([term, meaning]) => (
            <div key={term}>
              <dt>{say.glossaryNames[term as keyof typeof say.glossaryNames]}</dt>
              <dd id={`term-${term}`}>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

/** Replaces `aligned` with `align*`, which can break across pages. */
const pastable = (latex: string): string =>
  `% Needs \\usepackage{amsmath}. With \\allowdisplaybreaks, the derivation can break across pages.\n${latex.replaceAll('{aligned}', '{align*}')}`;

/**
 * The buttons are hidden if the exercise has assumed values, because a copy would contain the computed values instead
 * of the assumed ones.
 */
function CopyAs({
  exercise,
  selected,
  disabled,
  panel,
}: Pick<DerivationPanelProps, 'exercise' | 'selected'> & { disabled: boolean; panel: () => HTMLElement | null }) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const [notice, notify] = useNotice();
  if (Object.keys(exercise.assumed).length > 0) return null;
  const copy = (as: 'latex' | 'markdown') => {
    const written = exercise.explanation(selected)[as]({ language });
    const text = as === 'latex' ? pastable(written) : written;
    navigator.clipboard.writeText(text).then(
      () => notify(say.copied),
      () => notify(say.notCopied),
    );
  };
  return (
    <p className={styles.copyAs} data-not-in-picture="">
      <button type="button" disabled={disabled} onClick={() => copy('latex')}>
        {say.copyLatex}
      </button>{' '}
      <button type="button" disabled={disabled} onClick={() => copy('markdown')}>
        {say.copyMarkdown}
      </button>{' '}
      {!disabled && <SavePicture element={panel} name={`derivation of ${nameOf(selected).replace('/', ' by ')}`} />}{' '}
      <span role="status">{notice}</span>
    </p>
  );
}

/** Number of terms of a long sum that are shown initially, in addition to the last one. */
const initialTerms = 8;
/** Number of terms that each click on "… more" adds. */
const moreTerms = 50;

function StepItem({ step, depth }: { readonly step: Step; readonly depth: number }) {
  const say = useMessages(messages);
  const [open, setOpen] = useState(
    depth === 0 || (depth === 1 && step.case !== 'forward' && step.state === 'computed'),
  );
  const [shown, setShown] = useState(initialTerms);
  const isKnown = useContext(Known);
  const name = nameOf(step.quantity);
  const value = isKnown(step.quantity) ? (
    <RoundedNumber value={step.value} digits={6} />
  ) : (
    <span className={styles.unknown}>{unknown}</span>
  );
  const hasMore = step.terms.length > 0 || step.numbers !== String(step.value);
  const terms = open ? step.terms : [];
  const cut = terms.length > shown + 1;
  return (
    <li className={styles.step} data-case={step.case}>
      <div className={styles.head} data-term={depth > 0 ? `${step.case} ${step.state}` : step.case}>
        <CaseBadge name={step.case} term={step.case} />
        {depth > 0 && (
          <span
            className={step.state === 'reused' ? `${styles.state} ${styles.reused}` : styles.state}
            data-term={step.state}
          >
            {say.states[step.state]}
          </span>
        )}
        {hasMore && (
          <button
            type="button"
            className={styles.fold}
            data-not-in-picture=""
            aria-expanded={open}
            aria-label={open ? say.close(name) : say.open(name)}
            onClick={() => setOpen(!open)}
          >
            {open ? '−' : '+'}
          </button>
        )}
      </div>
      <div className={styles.lines}>
        {open ? (
          <>
            {equation(step, name).map((line) => (
              <p key={line.latex}>
                <Formula {...line} />
              </p>
            ))}
            <p>
              <Formula latex={`= ${isKnown(step.quantity) ? step.numbers : unknown}`} plain="" />
            </p>
            <p className={styles.result}>= {value}</p>
          </>
        ) : (
          <p className={styles.result}>
            <Formula latex={sides(step.formula)[0]} plain={name} /> <span className={styles.whole}>= {value}</span>
          </p>
        )}
      </div>
      {terms.length > 0 && (
        <ol className={styles.steps}>
          {terms.slice(0, cut ? shown : terms.length).map((term, k) => (
            <StepItem key={k} step={term} depth={depth + 1} />
          ))}
          {cut && (
            <>
              <li>
                <button type="button" onClick={() => setShown(shown + moreTerms)}>
                  {say.more(terms.length - shown - 1)}
                </button>
              </li>
              <StepItem key="last" step={terms.at(-1)!} depth={depth + 1} />
            </>
          )}
        </ol>
      )}
    </li>
  );
}

function Measured({
  exercise,
  selected,
  known,
}: Pick<DerivationPanelProps, 'exercise' | 'selected'> & { known: boolean }) {
  const say = useMessages(messages);
  const derivative = useMemo(() => exercise.measured(selected), [exercise, selected]);
  if (derivative === undefined || Object.keys(exercise.assumed).length > 0) return null;
  const parameter = nameOf(selected).replace('dloss/d', '');
  return (
    <p className={`${styles.measured} quiet`} data-not-in-picture="">
      {say.nudge(parameter)} {known ? <RoundedNumber value={derivative} digits={6} /> : unknown}{' '}
      {say.nudgeEnd(parameter)}
    </p>
  );
}

/**
 * Splits "a = b = c" into the lines "a = b" and "= c", and labels the symbols on the right-hand sides (see
 * `linkedFormula`).
 */
function equation({ formula, terms }: Step, plain: string): { readonly latex: string; readonly plain: string }[] {
  const [left, ...others] = sides(formula);
  const [first, ...more] = others.map((side) => linkedFormula(side, terms, (other) => sides(other)[0]));
  return [
    { latex: first === undefined ? left : `${left} = ${first}`, plain },
    ...more.map((side) => ({ latex: `= ${side}`, plain: '' })),
  ];
}

/** Splits an equation at equals signs, except those inside braces. */
function sides(latex: string): string[] {
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < latex.length; at++) {
    if (latex[at] === '\\') {
      parts.push(`${parts.pop()!}${latex.slice(at, at + 2)}`);
      at++;
      continue;
    }
    if (latex[at] === '{') depth++;
    if (latex[at] === '}') depth--;
    if (depth === 0 && latex.startsWith(' = ', at)) {
      parts.push('');
      at += 2;
    } else parts.push(parts.pop()! + latex[at]);
  }
  return parts;
}
