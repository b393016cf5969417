/** A number input with bounds. The value is applied once it is valid. */
import { useEffect, useState } from 'react';

interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
  readonly disabled?: boolean;
  readonly choose: (value: number) => void;
  /** The label is for screen readers only. */
  readonly hidden?: boolean;
}

export function BoundedField({ label, value, min, max, step, disabled = false, choose, hidden = false }: Props) {
  const [text, write] = useState(String(value));
  useEffect(() => write(String(value)), [value]);
  const read = (typed: string) => {
    const number = Number(typed);
    const whole = step === 'any' || Number.isInteger(number);
    return typed.trim() !== '' && whole && number >= min && number <= max ? number : undefined;
  };
  return (
    <label>
      <span className={hidden ? 'visually-hidden' : undefined}>{label}</span>
      <input
        type="number"
        inputMode="decimal"
        value={text}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        aria-invalid={read(text) === undefined}
        onChange={(event) => {
          write(event.target.value);
          const number = read(event.target.value);
          if (number !== undefined && number !== value) choose(number);
        }}
        onBlur={() => write(String(value))}
      />
    </label>
  );
}
