/** Fits the current model to the current data, and aborts an older fit that is still running. */
import { useEffect, useMemo, useState } from 'react';
import {
  FitError,
  type FitProblem,
  type FitRequest,
  runFit,
  type FitResult,
  prepareFit,
  type Prepared,
} from './fit.js';

/** State of a fit. */
export interface Fit {
  /** The parsed data and model; undefined if they are invalid. */
  readonly prepared: Prepared | undefined;
  readonly fit: FitResult | undefined;
  readonly problem: FitProblem | undefined;
}

interface Outcome {
  readonly request: FitRequest;
  readonly fit?: FitResult;
  readonly problem?: FitProblem;
}

/** Runs a fit whenever the request changes. Requests are compared by identity. */
export function useFit(request: FitRequest): Fit {
  const [last, setLast] = useState<Outcome>();
  const preparation = useMemo(() => tryToPrepare(request), [request]);
  useEffect(() => {
    const { prepared } = preparation;
    if (prepared === undefined) return;
    const controller = new AbortController();
    void runFit(prepared, controller.signal).then(
      (fit) => !controller.signal.aborted && setLast({ request, fit }),
      (error: unknown) => !controller.signal.aborted && setLast({ request, problem: problemOf(error) }),
    );
    return () => controller.abort();
  }, [request, preparation]);
  const isCurrent = last?.request === request;
  return {
    prepared: preparation.prepared,
    fit: isCurrent ? last.fit : undefined,
    problem: preparation.problem ?? (isCurrent ? last.problem : undefined),
  };
}

function tryToPrepare(request: FitRequest): { readonly prepared?: Prepared; readonly problem?: FitProblem } {
  try {
    return { prepared: prepareFit(request) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

const problemOf = (error: unknown): FitProblem =>
  error instanceof FitError
    ? error.problem
    : { kind: 'other', text: error instanceof Error ? error.message : String(error) };
