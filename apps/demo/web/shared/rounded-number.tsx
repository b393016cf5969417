/** Shows a rounded number. The title and value attributes contain all digits. */
import { formatNumber } from './format-number.js';

export interface RoundedNumberProps {
  readonly value: number;
  /** Significant digits. Default: 5; 17 shows all digits. */
  readonly digits?: number;
}

export function RoundedNumber({ value, digits = 5 }: RoundedNumberProps) {
  return (
    <data value={String(value)} title={String(value)}>
      {formatNumber(value, digits)}
    </data>
  );
}
