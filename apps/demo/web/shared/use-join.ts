/** Joins names in the language of the page: with commas, in Chinese with its enumeration comma. */
import { usePlayground } from '../store.js';

export function useJoin(): (names: readonly string[]) => string {
  const separator = usePlayground(({ language }) => (language === 'zh' ? '、' : ', '));
  return (names) => names.join(separator);
}
