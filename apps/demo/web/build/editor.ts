/** State of the editor: the selected node or edge, the last message, and a function that applies an edit. */
import { useCallback, useState } from 'react';
import { useMessages } from '../language.js';
import type { EdgeName } from './edits.js';
import { messages } from './messages.js';
import { type EditProblem, EditError } from './edit-error.js';

export type Selection = { readonly node: string } | { readonly edge: EdgeName } | undefined;

type Messages = ReturnType<typeof useMessages<(typeof messages)['en']>>;

/** The message about the last edit. Its text is chosen when it is rendered, in the language of the page. */
type Notice =
  | { readonly done: (say: Messages['done']) => string }
  | { readonly rejected: EditProblem }
  | { readonly failed: string }
  | undefined;

export interface Editor {
  readonly selection: Selection;
  select(selection: Selection): void;
  readonly notice: Notice;
  notify(notice: Notice): void;
  /** Applies an edit and reports the result. Returns whether it succeeded. */
  attempt(edit: () => void, done?: (say: Messages['done']) => string): boolean;
}

export function useEditor(): Editor {
  const [selection, select] = useState<Selection>();
  const [notice, notify] = useState<Notice>();
  const attempt = useCallback((edit: () => void, done?: (say: Messages['done']) => string) => {
    try {
      edit();
      notify(done && { done });
      return true;
    } catch (error) {
      notify(noticeOf(error));
      return false;
    }
  }, []);
  return { selection, select, notice, notify, attempt };
}

/** The notice that reports an error. */
export const noticeOf = (error: unknown): Notice =>
  error instanceof EditError
    ? { rejected: error.problem }
    : { failed: error instanceof Error ? error.message : String(error) };
