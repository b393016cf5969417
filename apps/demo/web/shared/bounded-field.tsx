/** A number input with bounds. A value is applied as soon as it is valid. */
import { useState } from 'react';

interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
  readonly disabled?: boolean;
  readonly choose: (value: number) => void;
  /** Whether the label is only for screen readers. Default: false. */
  readonly hidden?: boolean;
}

export function BoundedField({ label, value, min, max, step, disabled = false, choose, hidden = false }: Props) {
  // The typed text, and the value at that time. If the value changes in another way, the text is discarded.
  const [draft, setDraft] = useState<{ readonly text: string; readonly value: number }>();
  const text = draft?.value === value ? draft.text : String(value);
  const read = (typed: string) => {
    const number = Number(typed);
    const isAllowed = step === 'any' || Number.isInteger(number);
    return typed.trim() !== '' && isAllowed && number >= min && number <= max ? number : undefined;
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
          const number = read(event.target.value) ?? value;
          setDraft({ text: event.target.value, value: number });
          if (number !== value) choose(number);
        }}
        onBlur={() => setDraft(undefined)}
      />
    </label>
  );
}
