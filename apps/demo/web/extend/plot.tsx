/**
 * Plots the value, derivative and finite differences of a function. Shades where the derivative and the differences
 * disagree.
 */
import { useEffect } from 'react';
import UPlot from 'uplot';
import { useMessages } from '../language.js';
import { axisOf, lineOf } from '../shared/canvas-plot.js';
import { css, usePalette } from '../shared/palette.js';
import { useWidth } from '../shared/use-width.js';
import type { Curves } from '../shared/user-code/check.js';
import styles from './check-panel.module.css';
import { messages } from './messages.js';

const height = 260;

export function Plot({ curves, label }: { readonly curves: Curves; readonly label: string }) {
  const say = useMessages(messages);
  const palette = usePalette();
  const [frame, width] = useWidth();

  useEffect(() => {
    if (frame.current === null || width === 0) return;
    const wrong = disagreements(curves);
    const axis = axisOf(palette);
    const plot = new UPlot(
      {
        width,
        height,
        pxAlign: 0,
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 30 },
          { ...axis, size: 46 },
        ],
        series: [
          {},
          lineOf(say.value, css(palette.accent)),
          lineOf(say.derivative, css(palette.positive)),
          lineOf(say.byDifferences, css(palette.quiet), [5, 4]),
        ],
        cursor: { drag: { x: false, y: false } },
        legend: { live: false },
        hooks: { drawClear: [(drawn) => shade(drawn, wrong, css(palette.positive, 0.16))] },
      },
      [curves.h, curves.value, curves.analytic, curves.differences].map((row) =>
        row.map((y) => (Number.isFinite(y) ? y : null)),
      ) as unknown as UPlot.AlignedData,
      frame.current,
    );
    return () => plot.destroy();
  }, [frame, width, palette, curves, say]);

  return <div ref={frame} className={styles.plot} role="img" aria-label={label} />;
}

/** For each point, whether the derivatives differ by more than the error of finite differences. */
const disagreements = ({ analytic, differences }: Curves): boolean[] =>
  analytic.map((d, k) => !(Math.abs(d - differences[k]) <= 1e-3 * Math.max(1, Math.abs(d))));

function shade({ ctx, bbox, data: [h], valToPos }: UPlot, wrong: readonly boolean[], colour: string): void {
  ctx.save();
  ctx.fillStyle = colour;
  const half = (valToPos(h[1], 'x', true) - valToPos(h[0], 'x', true)) / 2;
  for (let k = 0; k < wrong.length; k++) {
    if (!wrong[k]) continue;
    const begin = k;
    while (wrong[k + 1]) k++;
    const left = valToPos(h[begin], 'x', true) - half;
    ctx.fillRect(left, bbox.top, valToPos(h[k], 'x', true) + half - left, bbox.height);
  }
  ctx.restore();
}
