/** Joins names with commas, or with enumeration commas if the page is in Chinese. */
import { usePlayground } from '../store.js';

export function useJoin(): (names: readonly string[]) => string {
  const separator = usePlayground(({ language }) => (language === 'zh' ? '、' : ', '));
  return (names) => names.join(separator);
}
