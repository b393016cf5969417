/**
 * The output transform as standalone JavaScript, with the same operations in the same order as in @nnbp/core, so that
 * results are bit-identical.
 */
import type { OutputTransform } from '@nnbp/core';

/**
 * The code of a softmax or log-softmax. It subtracts the largest value from every exponent, so that `Math.exp` cannot
 * overflow. `result` is the expression for one output.
 */
const shifted = (result: string) => `(x) => {
  let largest = -Infinity;
  for (const value of x) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of x) sum += Math.exp(value - largest);
  return x.map((value) => ${result});
}`;

const sources = {
  none: undefined,
  sigmoid: '(x) => x.map((value) => 1 / (1 + Math.exp(-value)))',
  softmax: shifted('Math.exp(value - largest) / sum'),
  logSoftmax: shifted('value - largest - Math.log(sum)'),
} satisfies Readonly<Record<OutputTransform, string | undefined>>;

/**
 * Returns the code that declares the function `transform`, and `call`, which returns the code that applies `transform`
 * to the outputs. For `none`, there is no declaration and `call` returns its argument.
 */
export function transformSource(transform: OutputTransform): {
  readonly declaration: string | undefined;
  readonly call: (outputs: string) => string;
} {
  const source = sources[transform];
  if (source === undefined) return { declaration: undefined, call: (outputs) => outputs };
  return {
    declaration: `/** The output transform: ${transform}. */\nconst transform = ${source};`,
    call: (outputs) => `transform(${outputs})`,
  };
}
