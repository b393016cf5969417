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
  readonly hideLabel?: boolean;
}

export function BoundedField({ label, value, min, max, step, disabled = false, choose, hideLabel = false }: Props) {
  // The typed text, and `value` after the last keystroke. If `value` then changes for another reason, the field shows
  // the new value instead of the text.
  const [draft, setDraft] = useState<{ readonly text: string; readonly value: number }>();
  const text = draft?.value === value ? draft.text : String(value);
  const read = (typed: string) => {
    const number = Number(typed);
    const isAllowed = step === 'any' || Number.isInteger(number);
    return typed.trim() !== '' && isAllowed && number >= min && number <= max ? number : undefined;
  };
  return (
    <label>
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
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
