/** A number input whose value can be changed with the arrow keys. Reports every finite value immediately. */
import { useState } from 'react';

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** Amount added or subtracted by an arrow key. Multiplied by 10 while Shift is held. Default: 0.1. */
  readonly step?: number;
  readonly disabled?: boolean;
}

export function NumberField({ label, value, onChange, step = 0.1, disabled = false }: NumberFieldProps) {
  // The typed text, which might not be a number yet ("-", "1e").
  const [typed, setTyped] = useState<string>();
  const change = (text: string) => {
    setTyped(text);
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number)) onChange(number);
  };
  const stepBy = (by: number) => {
    const next = Number((value + by).toPrecision(12));
    setTyped(undefined);
    onChange(next);
  };
  const isInvalid = typed !== undefined && (typed.trim() === '' || !Number.isFinite(Number(typed)));
  return (
    <input
      type="text"
      inputMode="decimal"
      role="spinbutton"
      aria-label={label}
      aria-valuenow={value}
      aria-invalid={isInvalid}
      autoComplete="off"
      spellCheck={false}
      disabled={disabled}
      value={typed ?? String(value)}
      onChange={(event) => change(event.target.value)}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        const size = event.shiftKey ? 10 * step : step;
        if (event.key === 'ArrowUp') stepBy(size);
        else if (event.key === 'ArrowDown') stepBy(-size);
        else return;
        event.preventDefault();
      }}
    />
  );
}
