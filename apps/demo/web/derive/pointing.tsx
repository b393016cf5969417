/**
 * Highlights the number under the pointer or the focus everywhere (graph, formula, parameters), and shows its glossary
 * entry in a tooltip. The attribute `data-name` of an element is the name of the quantity that the element shows.
 * `data-term` lists glossary terms.
 */
import { type ReactNode, useRef, useState } from 'react';
import { useMessages } from '../language.js';
import { change } from './change.js';
import { messages } from './messages.js';
import styles from './pointing.module.css';

type Term = keyof (typeof messages)['en']['glossary'];

interface Tip {
  readonly terms: readonly Term[];
  readonly left: number;
  readonly top: number;
}

/** Width of the tooltip in pixels; must match the style sheet. */
const tipWidth = 260;

export function Pointing({ className, children }: { readonly className: string; readonly children: ReactNode }) {
  const say = useMessages(messages);
  const root = useRef<HTMLDivElement>(null);
  const [tip, setTip] = useState<Tip>();
  const point = (target: EventTarget | null) => {
    const element = target instanceof Element ? target.closest('[data-name], [data-term]') : null;
    const name = element?.getAttribute('data-name') ?? undefined;
    mark(root.current!, name);
    const terms = (element?.getAttribute('data-term')?.split(' ') ?? [termOf(name)]).filter(
      (term): term is Term => term !== undefined && term in say.glossary,
    );
    if (element === null || terms.length === 0) {
      setTip(undefined);
      return;
    }
    const { left, bottom } = element.getBoundingClientRect();
    const { clientWidth } = document.documentElement;
    setTip({ terms, left: Math.max(4, Math.min(left, clientWidth - tipWidth - 4)), top: bottom + 4 });
  };
  return (
    <div
      ref={root}
      className={className}
      onPointerOver={(event) => point(event.target)}
      onPointerLeave={() => point(null)}
      onFocus={(event) => point(event.target)}
      onBlur={() => point(null)}
      onKeyDown={(event) => event.key === 'Escape' && setTip(undefined)}
      onClick={({ target }) => {
        const selected = (target as Element).closest('[data-formula] [data-name]')?.getAttribute('data-name');
        if (selected) change({ selected });
      }}
    >
      {children}
      {tip && (
        <div role="tooltip" className={styles.tip} style={{ left: tip.left, top: tip.top }}>
          {tip.terms.map((term) => (
            <p key={term}>
              <b>{say.glossaryNames[term]}</b> {say.glossary[term]}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

/**
 * Sets `data-pointed` on every element with this name, and removes it from all others. React does not manage this
 * attribute, so rendering does not remove it.
 */
function mark(root: Element, name: string | undefined): void {
  for (const element of root.querySelectorAll('[data-pointed]')) element.removeAttribute('data-pointed');
  if (name === undefined) return;
  for (const element of root.querySelectorAll('[data-name]')) {
    if (element.getAttribute('data-name') === name) element.setAttribute('data-pointed', '');
  }
}

/** The glossary term for a number with this name. */
function termOf(name: string | undefined): string | undefined {
  if (name?.startsWith('dloss/dx_')) return 'dLossDx';
  return name?.match(/^(h|g|x|slope)_/)?.[1];
}
