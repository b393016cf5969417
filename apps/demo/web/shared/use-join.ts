/** Joins names as the language of the page does: with commas, in Chinese with its comma for lists. */
import { usePlayground } from '../store.js';

export function useJoin(): (names: readonly string[]) => string {
  const separator = usePlayground(({ language }) => (language === 'zh' ? '、' : ', '));
  return (names) => names.join(separator);
}
