/** The fit of the newest question; an older one still under way is aborted. */
import { useEffect, useMemo, useState } from 'react';
import { FitError, type FitProblem, type FitQuestion, fitted, type Fitted, prepared, type Prepared } from './fitted.js';

/** What is known of a question. */
export interface Fit {
  /** Its data and model, once they can be read. */
  readonly prepared: Prepared | undefined;
  readonly fit: Fitted | undefined;
  readonly problem: FitProblem | undefined;
}

interface Answer {
  readonly question: FitQuestion;
  readonly fit?: Fitted;
  readonly problem?: FitProblem;
}

/** Fits as soon as there is another question: the same object is the same question. */
export function useFit(question: FitQuestion): Fit {
  const [last, setLast] = useState<Answer>();
  const start = useMemo(() => ready(question), [question]);
  useEffect(() => {
    const { prepared } = start;
    if (prepared === undefined) return;
    const overtaken = new AbortController();
    void fitted(prepared, overtaken.signal).then(
      (fit) => !overtaken.signal.aborted && setLast({ question, fit }),
      (error: unknown) => !overtaken.signal.aborted && setLast({ question, problem: problemOf(error) }),
    );
    return () => overtaken.abort();
  }, [question, start]);
  const isCurrent = last?.question === question;
  return {
    prepared: start.prepared,
    fit: isCurrent ? last.fit : undefined,
    problem: start.problem ?? (isCurrent ? last.problem : undefined),
  };
}

function ready(question: FitQuestion): { readonly prepared?: Prepared; readonly problem?: FitProblem } {
  try {
    return { prepared: prepared(question) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

const problemOf = (error: unknown): FitProblem =>
  error instanceof FitError
    ? error.problem
    : { kind: 'other', text: error instanceof Error ? error.message : String(error) };
