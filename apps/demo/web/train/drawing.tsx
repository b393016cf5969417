/** Lets the user enter a function: by drawing its curve with a pointer, or by typing points. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { useMessages } from '../language.js';
import { contextOf, frameOf } from './draw.js';
import { messages } from './messages.js';
import { css, usePalette } from '../shared/palette.js';
import styles from './data-panel.module.css';

interface Props {
  /** The points as x₀, y₀, x₁, y₁, …, in [−1, 1]. */
  readonly points: readonly number[];
  readonly choose: (points: number[]) => void;
}

const width = 220;
const height = 150;
/** Number of columns of the drawing area. A drawn function has at most one point per column. */
const columns = 100;

export function Drawing({ points, choose }: Props) {
  const say = useMessages(messages);
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stroke, setStroke] = useState<ReadonlyMap<number, number>>();
  const last = useRef<readonly [column: number, y: number]>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const context = contextOf(canvas.current, width, height);
    const { x, y } = frameOf([-1, 1], [-1, 1], width, height);
    context.fillStyle = css(palette.line);
    context.fillRect(0, height / 2, width, 1);
    context.fillRect(width / 2, 0, 1, height);
    context.fillStyle = css(palette.accent);
    const all = stroke ? pointsOf(stroke) : points;
    for (let at = 0; at + 1 < all.length; at += 2) context.fillRect(x(all[at]) - 2, y(all[at + 1]) - 2, 4, 4);
  }, [points, stroke, palette]);

  const positionOf = (event: PointerEvent<HTMLCanvasElement>): readonly [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    const bounded = (value: number) => Math.max(0, Math.min(1, value));
    const across = bounded((event.clientX - box.left) / box.width);
    const down = bounded((event.clientY - box.top) / box.height);
    return [Math.round(across * (columns - 1)), rounded(1 - 2 * down)];
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    last.current = positionOf(event);
    setStroke(new Map([last.current]));
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (last.current === null || stroke === undefined) return;
    const [from, to] = [last.current, positionOf(event)];
    last.current = to;
    setStroke(new Map([...stroke, ...between(from, to)]));
  };
  const end = () => {
    if (stroke !== undefined) choose(pointsOf(stroke));
    last.current = null;
    setStroke(undefined);
  };
  return (
    <div className={styles.drawing}>
      <p className="quiet">{say.drawing}</p>
      <canvas
        ref={canvas}
        role="img"
        aria-label={say.drawingLabel}
        style={{ width, height, touchAction: 'none' }}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <TypedPoints points={points} choose={choose} />
    </div>
  );
}

interface Draft {
  readonly points: readonly number[];
  readonly text: string;
  readonly isInvalid: boolean;
}

function TypedPoints({ points, choose }: Props) {
  const say = useMessages(messages);
  // When `points` changes, the typed text is discarded.
  const [draft, setDraft] = useState<Draft>();
  const { text, isInvalid } = draft?.points === points ? draft : { text: linesOf(points), isInvalid: false };
  const apply = () => {
    const read = readPoints(text);
    setDraft({ points, text, isInvalid: read === undefined });
    if (read !== undefined) choose(read);
  };
  return (
    <details>
      <summary>{say.pointsLabel}</summary>
      <textarea
        aria-label={say.pointsLabel}
        rows={6}
        value={text}
        onChange={(event) => setDraft({ points, text: event.target.value, isInvalid })}
        aria-invalid={isInvalid}
      />
      <button type="button" onClick={apply}>
        {say.usePoints}
      </button>
      {isInvalid && (
        <p role="alert" className="problem">
          {say.badPoints}
        </p>
      )}
    </details>
  );
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

const linesOf = (points: readonly number[]): string =>
  Array.from({ length: points.length / 2 }, (_, k) => `${points[2 * k]} ${points[2 * k + 1]}`).join('\n');

/** Returns the points of a stroke, sorted by x. */
const pointsOf = (stroke: ReadonlyMap<number, number>): number[] =>
  [...stroke].sort(([a], [b]) => a - b).flatMap(([column, y]) => [rounded((2 * column) / (columns - 1) - 1), y]);

/** Interpolates between two pointer positions: returns one point for each column between them, and `to`. */
function between(from: readonly [number, number], to: readonly [number, number]): [number, number][] {
  const length = Math.abs(to[0] - from[0]);
  if (length === 0) return [[to[0], to[1]]];
  return Array.from({ length }, (_, k) => {
    const share = (k + 1) / length;
    return [from[0] + Math.sign(to[0] - from[0]) * (k + 1), rounded(from[1] + (to[1] - from[1]) * share)];
  });
}

/**
 * Parses 4 to 200 points with coordinates from −1 to 1, one point per line, and sorts them by x. Returns undefined if
 * the text is invalid.
 */
function readPoints(text: string): number[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/[\s,;]+/)
      .map(Number),
  );
  const areValid = rows.every((row) => row.length === 2 && row.every((value) => Math.abs(value) <= 1));
  return areValid && rows.length >= 4 && rows.length <= 200 ? rows.sort(([a], [b]) => a - b).flat() : undefined;
}
