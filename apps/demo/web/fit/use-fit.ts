/** Fits the current data and formula; aborts an older fit that is still running. */
import { useEffect, useMemo, useState } from 'react';
import { FitError, type FitProblem, type FitQuestion, fitted, type Fitted, prepared, type Prepared } from './fitted.js';

/** State of a fit. */
export interface Fit {
  /** Data and model, once they are parsed. */
  readonly prepared: Prepared | undefined;
  readonly fit: Fitted | undefined;
  readonly problem: FitProblem | undefined;
}

interface Answer {
  readonly question: FitQuestion;
  readonly fit?: Fitted;
  readonly problem?: FitProblem;
}

/** Fits whenever the question changes. Questions are compared by identity. */
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
