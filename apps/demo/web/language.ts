/**
 * Selects the English or the Chinese messages. Each view has a `messages.ts`; the compiler checks that both languages
 * have the same keys and types.
 */
import type { LanguageName } from './state.js';
import { usePlayground } from './store.js';

export type Messages<Texts> = Readonly<Record<LanguageName, Texts>>;

/** The messages in the selected language. */
export const useMessages = <Texts>(messages: Messages<Texts>): Texts =>
  messages[usePlayground(({ language }) => language)];
