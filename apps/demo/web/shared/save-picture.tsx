/** Buttons that download part of the page as SVG or PNG. */
import { type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useMessages } from '../language.js';
import { download } from './download.js';
import { messages } from './messages.js';
import styles from './save-picture.module.css';
import { useNotice } from './use-notice.js';

interface Props {
  /** Name of the file, without its extension. */
  readonly name: string;
  /** Returns the element to download. Default: the children, which are rendered off-screen. */
  readonly element?: () => HTMLElement | null;
  readonly children?: ReactNode;
}

export function SavePicture({ element, name, children }: Props) {
  const say = useMessages(messages);
  const [notice, notify] = useNotice();
  const [drawing, draw] = useState(false);
  const offscreen = useRef<HTMLDivElement>(null);
  const save = async (as: 'svg' | 'png') => {
    flushSync(() => draw(true));
    try {
      const source = element === undefined ? offscreen.current : element();
      if (source === null) return;
      const { svgOf } = await import('./svg-of.js');
      const picture = await svgOf(source);
      if (as === 'svg') download(picture.text, `${name}.svg`, 'image/svg+xml');
      else download(await (await import('./png-of.js')).pngOf(picture), `${name}.png`, 'image/png');
    } catch (error) {
      notify(say.notSaved(error instanceof Error ? error.message : String(error)));
    } finally {
      draw(false);
    }
  };
  return (
    <span className={styles.buttons} data-not-in-picture="">
      {(['svg', 'png'] as const).map((as) => (
        <button key={as} type="button" title={say.savePicture(as.toUpperCase())} onClick={() => void save(as)}>
          {as.toUpperCase()}
        </button>
      ))}
      <span role="status">{notice}</span>
      {drawing && children !== undefined && (
        <div ref={offscreen} className={styles.offscreen} aria-hidden>
          {children}
        </div>
      )}
    </span>
  );
}
