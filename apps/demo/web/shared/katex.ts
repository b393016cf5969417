/** KaTeX with its fonts, loaded when the first formula is shown. */
import katex from 'katex';
import 'katex/dist/katex.min.css';

/**
 * Renders LaTeX as HTML, with MathML for screen readers. Commands that load, link or style something are rejected;
 * `\htmlData`, which sets data-* attributes, is allowed.
 */
export const typeset = (latex: string): string =>
  katex.renderToString(`\\displaystyle ${latex}`, {
    throwOnError: false,
    strict: false,
    trust: ({ command }) => command === '\\htmlData',
  });
