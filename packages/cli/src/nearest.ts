/** Suggests the known name that is most similar to an unknown name. */

/** Maximum number and length of the names to compare. Names may come from an untrusted file. */
const [maxNames, maxLength] = [1000, 100];

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) {
      row[k] = Math.min(row[k - 1] + 1, above[k] + 1, above[k - 1] + Number(a[i - 1] !== b[k - 1]));
    }
    above = row;
  }
  return above[b.length];
}

/**
 * Returns a question such as `Did you mean "species"?` if a known name is similar. Otherwise, returns a list of up to
 * 20 known names, or '' if no names are known.
 */
export function suggestion(received: string, known: readonly string[]): string {
  const lower = received.toLowerCase();
  let best: string | undefined;
  let min = Math.max(1, Math.floor(received.length / 2)) + 1;
  for (const name of received.length <= maxLength ? known.slice(0, maxNames) : []) {
    if (name.length > maxLength) continue;
    const edits = distance(lower, name.toLowerCase());
    if (edits < min) [best, min] = [name, edits];
  }
  if (best !== undefined) return `Did you mean "${best}"?`;
  if (known.length === 0) return '';
  const shown = known.slice(0, 20).join(', ');
  return `Available: ${shown}${known.length > 20 ? ` and ${known.length - 20} more` : ''}.`;
}
