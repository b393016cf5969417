/** State of the editor: the selected node or edge, the last message, and a function that applies an edit. */
import { useCallback, useState } from 'react';
import { useMessages } from '../language.js';
import type { EdgeName } from './edits.js';
import { messages } from './messages.js';
import { type Refusal, Refused } from './refusal.js';

export type Selection = { readonly node: string } | { readonly edge: EdgeName } | undefined;

type Sayings = ReturnType<typeof useMessages<(typeof messages)['en']>>;

/** Result of an edit, worded in the language of the page when it is rendered. */
type Notice =
  | { readonly done: (say: Sayings['done']) => string }
  | { readonly refused: Refusal }
  | { readonly failed: string }
  | undefined;

export interface Desk {
  readonly selection: Selection;
  select(selection: Selection): void;
  readonly notice: Notice;
  notify(notice: Notice): void;
  /** Applies an edit and reports the result. Returns whether it succeeded. */
  attempt(doing: () => void, done?: (say: Sayings['done']) => string): boolean;
}

export function useDesk(): Desk {
  const [selection, select] = useState<Selection>();
  const [notice, notify] = useState<Notice>();
  const attempt = useCallback((doing: () => void, done?: (say: Sayings['done']) => string) => {
    try {
      doing();
      notify(done && { done });
      return true;
    } catch (error) {
      notify(problemOf(error));
      return false;
    }
  }, []);
  return { selection, select, notice, notify, attempt };
}

/** The message of an error. */
export const problemOf = (error: unknown): Notice =>
  error instanceof Refused
    ? { refused: error.refusal }
    : { failed: error instanceof Error ? error.message : String(error) };
