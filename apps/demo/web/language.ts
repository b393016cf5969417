/**
 * Selects the English or the Chinese messages. Each view has a `messages.ts`; the compiler checks that both languages
 * have the same keys and types.
 */
import type { LanguageName } from './state.js';
import { usePlayground } from './store.js';

export type Messages<English> = Readonly<Record<LanguageName, English>>;

/** The messages in the selected language. */
export const useMessages = <English>(messages: Messages<English>): English =>
  messages[usePlayground(({ language }) => language)];
