/** Shows a short message, such as "Copied.", that disappears after a few seconds. */
import { useEffect, useState } from 'react';

/** Milliseconds for which the message is shown. */
const duration = 4000;

export function useNotice(): readonly [text: string, show: (text: string) => void] {
  const [notice, setNotice] = useState({ text: '' });
  useEffect(() => {
    if (notice.text === '') return;
    const clear = setTimeout(() => setNotice({ text: '' }), duration);
    return () => clearTimeout(clear);
  }, [notice]);
  return [notice.text, (text) => setNotice({ text })];
}
