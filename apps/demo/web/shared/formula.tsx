/** A formula rendered by KaTeX, which is loaded after the page. */
import { startTransition, useEffect, useMemo, useState } from 'react';

let typeset: ((latex: string) => string) | undefined;
let loading: Promise<void> | undefined;

export interface FormulaProps {
  readonly latex: string;
  /** Text shown until KaTeX is loaded. Default: "…". */
  readonly plain?: string;
}

export function Formula({ latex, plain = '…' }: FormulaProps) {
  const [ready, setReady] = useState(typeset !== undefined);
  useEffect(() => {
    if (ready) return;
    let mounted = true;
    loading ??= import('./katex.js').then((module) => {
      typeset = module.typeset;
    });
    // Typesetting all formulas of a page takes a while, so it must not block user input.
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
