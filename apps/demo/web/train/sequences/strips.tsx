/** Strips of colour that show the values of nodes over time. */
import { useEffect, useRef } from 'react';
import { useMessages } from '../../language.js';
import { contextOf } from '../draw.js';
import { css, signed, usePalette } from '../../shared/palette.js';
import { useWidth } from '../../shared/use-width.js';
import { messages } from './messages.js';
import styles from './sequences.module.css';
import type { Strip } from './observe.js';

const rowHeight = 11;

export function Strips({ strips }: { readonly strips: readonly Strip[] }) {
  return (
    <div className={styles.strips}>
      {strips.map((strip) => (
        <OneStrip key={`${strip.name} ${strip.id}`} strip={strip} />
      ))}
    </div>
  );
}

function OneStrip({ strip: { name, id, rows } }: { readonly strip: Strip }) {
  const say = useMessages(messages);
  const palette = usePalette();
  const [frame, width] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = rows.length * rowHeight;
  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    const context = contextOf(canvas.current, width, height);
    rows.forEach((row, k) => {
      const cell = width / row.length;
      row.forEach((value, t) => {
        if (Number.isNaN(value)) return;
        context.fillStyle = css(signed(palette, value));
        context.fillRect(t * cell, k * rowHeight, cell - (cell > 4 ? 1 : 0), rowHeight - 1);
      });
    });
  }, [rows, palette, width, height]);
  const steps = rows[0]?.length ?? 0;
  const title = id === undefined ? say.strips[name] : say.stripOfNode(id);
  return (
    <>
      <span className={styles.stripName}>{title}</span>
      <div ref={frame}>
        <canvas
          ref={canvas}
          style={{ width: '100%', height }}
          role="img"
          aria-label={say.stripLabel(title, rows.length, steps)}
        />
      </div>
    </>
  );
}
