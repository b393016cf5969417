/** What is in the editor's hand: which node or edge is selected, what was said last, and how an edit is tried. */
import { useCallback, useState } from 'react';
import { useMessages } from '../language.js';
import { messages } from './messages.js';
import { type Refusal, Refused } from './refusal.js';

export type Selection =
  { readonly node: string } | { readonly edge: { readonly from: string; readonly to: string } } | undefined;

type Sayings = ReturnType<typeof useMessages<(typeof messages)['en']>>;

/** What came of an edit, said in the language that is chosen when it is read. */
type Notice =
  | { readonly done: (say: Sayings['done']) => string }
  | { readonly refused: Refusal }
  | { readonly failed: string }
  | undefined;

export interface Desk {
  readonly selection: Selection;
  select(selection: Selection): void;
  readonly notice: Notice;
  tell(notice: Notice): void;
  /** Does an edit and says so, or says why not; whether it was done. */
  attempt(doing: () => void, done?: (say: Sayings['done']) => string): boolean;
}

export function useDesk(): Desk {
  const [selection, select] = useState<Selection>();
  const [notice, tell] = useState<Notice>();
  const attempt = useCallback((doing: () => void, done?: (say: Sayings['done']) => string) => {
    try {
      doing();
      tell(done && { done });
      return true;
    } catch (error) {
      tell(problemOf(error));
      return false;
    }
  }, []);
  return { selection, select, notice, tell, attempt };
}

/** An error as something to be told. */
export const problemOf = (error: unknown): Notice =>
  error instanceof Refused
    ? { refused: error.refusal }
    : { failed: error instanceof Error ? error.message : String(error) };
