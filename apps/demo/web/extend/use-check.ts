/** Checks a function in a new worker, shortly after the last keystroke. */
import { useEffect, useState } from 'react';
import { readVerdict } from '../shared/user-code/responses.js';
import type { Verdict } from '../shared/user-code/check.js';
import { compiler } from '../shared/user-code/compiler.js';
import { FunctionError } from '../shared/user-code/function-error.js';
import { type UserFunction, startUserWorker } from '../shared/user-code/user-worker.js';

export type CheckStatus =
  | { readonly state: 'loading' }
  | { readonly state: 'checking' }
  | { readonly state: 'checked'; readonly verdict: Verdict }
  | { readonly state: 'rejected'; readonly reason: FunctionError['reason']; readonly details: readonly string[] };

export interface Check {
  readonly status: CheckStatus;
  /**
   * The verdict on the last function that was checked; undefined if that function was rejected. Kept while the next
   * check runs, so that the plot does not disappear.
   */
  readonly verdict: Verdict | undefined;
}

/** Delay of the check after a keystroke, in milliseconds. */
const debounceDelay = 350;

export function useCheck({ kind, name, source }: UserFunction): Check {
  const [check, setCheck] = useState<Check>({ status: { state: 'loading' }, verdict: undefined });
  useEffect(() => {
    let isOutdated = false;
    const report = (next: CheckStatus) => {
      if (!isOutdated) setCheck(({ verdict }) => ({ status: next, verdict: verdictAfter(next, verdict) }));
    };
    const timer = setTimeout(() => {
      report({ state: 'loading' });
      void (async () => {
        report(await ask({ kind, name: name === '' ? 'unnamed' : name, source }, () => report({ state: 'checking' })));
      })();
    }, debounceDelay);
    return () => {
      isOutdated = true;
      clearTimeout(timer);
    };
  }, [kind, name, source]);
  return check;
}

function verdictAfter(status: CheckStatus, last: Verdict | undefined): Verdict | undefined {
  if (status.state === 'checked') return status.verdict;
  return status.state === 'rejected' ? undefined : last;
}

async function ask(edited: UserFunction, onStart: () => void): Promise<CheckStatus> {
  try {
    await compiler();
    onStart();
    const worker = await startUserWorker([edited]);
    try {
      return {
        state: 'checked',
        verdict: readVerdict(await worker.ask((runner) => runner.check(edited.kind, edited.name))),
      };
    } finally {
      worker.close();
    }
  } catch (error) {
    if (error instanceof FunctionError) return { state: 'rejected', reason: error.reason, details: error.details };
    return { state: 'rejected', reason: 'start', details: [(error as Error).message] };
  }
}
