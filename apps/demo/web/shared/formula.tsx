/** A formula rendered by KaTeX, which is loaded after the page. */
import { startTransition, useEffect, useMemo, useState } from 'react';

let typeset: ((latex: string) => string) | undefined;
let loading: Promise<void> | undefined;

export interface FormulaProps {
  readonly latex: string;
  /** Shown until KaTeX is loaded. */
  readonly plain?: string;
}

export function Formula({ latex, plain = '…' }: FormulaProps) {
  const [ready, setReady] = useState(typeset !== undefined);
  useEffect(() => {
    if (ready) return;
    let mounted = true;
    loading ??= import('./katex.js').then(({ typeset: ready }) => {
      typeset = ready;
    });
    // Typesetting all formulas of a page takes a while: what the user does meanwhile comes first.
    void loading.then(() => {
      if (mounted) startTransition(() => setReady(true));
    });
    return () => {
      mounted = false;
    };
  }, [ready]);
  const html = useMemo(() => (ready ? typeset?.(latex) : undefined), [ready, latex]);
  if (html === undefined) return <span data-formula="plain">{plain}</span>;
  // KaTeX escapes its input, so no untrusted markup reaches the page.
  return <span data-formula="typeset" dangerouslySetInnerHTML={{ __html: html }} />;
}
