/** A formula rendered by KaTeX, which is loaded after the page. */
import { useEffect, useState } from 'react';

let typeset: ((latex: string) => string) | undefined;
let coming: Promise<void> | undefined;

export interface FormulaProps {
  readonly latex: string;
  /** Shown until KaTeX is loaded. */
  readonly plain?: string;
}

export function Formula({ latex, plain = '…' }: FormulaProps) {
  const [ready, setReady] = useState(typeset !== undefined);
  useEffect(() => {
    if (ready) return;
    let here = true;
    coming ??= import('./katex.js').then(({ typeset: ready }) => {
      typeset = ready;
    });
    void coming.then(() => {
      if (here) setReady(true);
    });
    return () => {
      here = false;
    };
  }, [ready]);
  if (!ready || typeset === undefined) return <span className="formula">{plain}</span>;
  // KaTeX escapes what it is given; nothing of a stranger's reaches the page as markup.
  return <span className="formula" dangerouslySetInnerHTML={{ __html: typeset(latex) }} />;
}
