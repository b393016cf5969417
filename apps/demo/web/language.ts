/**
 * Two languages, checked by the compiler: each view has its sentences in a `messages.ts`, English first; the Chinese
 * ones must have the same names and the same form.
 */
import type { LanguageName } from './state.js';
import { usePlayground } from './store.js';

export type Messages<English> = Readonly<Record<LanguageName, English>>;

/** The sentences in the language that is chosen. */
export const useMessages = <English>(messages: Messages<English>): English => messages[usePlayground().language];
