/** A number as it is shown: rounded for reading, whole for who points at it, copies it, or reads it with a program. */

export interface FigureProps {
  readonly value: number;
  /** Significant ones; default 5. */
  readonly digits?: number;
}

export function Figure({ value, digits = 5 }: FigureProps) {
  return (
    <data className="figure" value={String(value)} title={String(value)}>
      {written(value, digits)}
    </data>
  );
}

/** Rounded to so many significant digits, with a minus sign as it is printed. */
export function written(value: number, digits = 5): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  return String(Number(value.toPrecision(digits))).replaceAll('-', '−');
}
