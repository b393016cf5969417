/** The report of a gradient check: `ok` for programs, `toString` for people. */
import { NnbpError } from '@nnbp/core';
import { agrees, type Comparison, errorOf } from './comparison.js';
import { hint } from './hints.js';

/** A derivative that was skipped, with the reason. */
export interface Exclusion {
  /** The name of the derivative, as in `Comparison`. */
  readonly name: string;
  /** The reason why it was skipped, such as "a declared kink". */
  readonly reason: string;
}

/** The result of a gradient check. */
export class Report {
  constructor(
    /** The subject of the check, such as "Activation tanh". */
    readonly subject: string,
    /** Every derivative that was compared. */
    readonly comparisons: readonly Comparison[],
    /** Every derivative that was skipped. */
    readonly excluded: readonly Exclusion[],
    /**
     * Problems other than mismatches, such as a value that is not finite, or a loss whose derivative does not write every
     * entry of dLossDx.
     */
    readonly violations: readonly string[] = [],
  ) {}

  /** The comparisons that fail. */
  get mismatches(): readonly Comparison[] {
    return this.comparisons.filter((comparison) => !agrees(comparison));
  }

  /** Whether at least one derivative was compared, all compared ones agree, and there are no violations. */
  get ok(): boolean {
    return this.comparisons.length > 0 && this.mismatches.length === 0 && this.violations.length === 0;
  }

  /** The comparison with the largest error relative to its tolerance; undefined if there are no comparisons. */
  get worst(): Comparison | undefined {
    return [...this.comparisons].sort(byExcess)[0];
  }

  /**
   * Throws if the check failed.
   *
   * @throws NnbpError `WRONG_DERIVATIVE` with the report as message
   */
  assert(): this {
    if (!this.ok) throw new NnbpError('WRONG_DERIVATIVE', this.toString());
    return this;
  }

  /**
   * Returns a few lines: the result, up to five violations, up to five comparisons, the likely cause, and the skipped
   * derivatives. If some comparisons fail, only failed ones are shown. The comparisons are sorted by error relative to
   * tolerance, largest first.
   */
  toString(): string {
    const { comparisons, mismatches, excluded, violations } = this;
    const lines = [
      `${this.subject}: ${this.ok ? 'ok' : 'WRONG'}, ${comparisons.length - mismatches.length} of ${comparisons.length} derivatives agree with finite differences${violations.length > 0 ? `, other problems: ${violations.length}` : ''}.`,
      ...violations.slice(0, 5).map((violation) => `  ${violation}`),
      ...(violations.length > 5 ? [`  … and ${violations.length - 5} more`] : []),
    ];
    const shown = [...(mismatches.length > 0 ? mismatches : comparisons)].sort(byExcess).slice(0, 5);
    if (shown.length > 0) {
      lines.push(
        `  ${'derivative'.padEnd(28)} ${'analytic'.padStart(16)} ${'numeric'.padStart(16)} ${'error'.padStart(9)} ${'allowed'.padStart(9)}`,
      );
    }
    for (const comparison of shown) {
      const { name, analytic, numeric, tolerance } = comparison;
      lines.push(
        `  ${name.padEnd(28)} ${analytic.toPrecision(9).padStart(16)} ${numeric.toPrecision(9).padStart(16)} ${errorOf(comparison).toExponential(1).padStart(9)} ${tolerance.toExponential(1).padStart(9)}`,
      );
    }
    const guess = hint(mismatches);
    if (guess !== undefined) lines.push(`  Likely cause: ${guess}`);
    for (const [reason, group] of groups(excluded)) {
      const shown = group.slice(0, 4).map(({ name }) => name);
      lines.push(
        `  Skipped (${reason}): ${shown.join(', ')}${group.length > 4 ? ` and ${group.length - 4} more` : ''}.`,
      );
    }
    return lines.join('\n');
  }
}

/** NaN counts as infinite. */
const excess = (comparison: Comparison) => {
  const ratio = errorOf(comparison) / comparison.tolerance;
  return Number.isNaN(ratio) ? Infinity : ratio;
};

const byExcess = (a: Comparison, b: Comparison) => excess(b) - excess(a);

function groups(excluded: readonly Exclusion[]): Map<string, Exclusion[]> {
  const byReason = new Map<string, Exclusion[]>();
  for (const exclusion of excluded)
    byReason.set(exclusion.reason, [...(byReason.get(exclusion.reason) ?? []), exclusion]);
  return byReason;
}
