/** Example functions, correct and incorrect. */
import type { Kind } from '../shared/user-code/user-functions.js';

export interface Example {
  readonly key: 'swish' | 'wrong' | 'kink' | 'loss' | 'endless' | 'softsign';
  readonly kind: Kind;
  readonly name: string;
  readonly source: string;
}

export const examples: readonly Example[] = [
  {
    key: 'swish',
    kind: 'activation',
    name: 'swish',
    source: `// g(h) = h · σ(2h): a smooth version of relu.
const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));

export default {
  value: (h) => h * sigmoid(2 * h),
  derivative(h) {
    const s = sigmoid(2 * h);
    return s + 2 * h * s * (1 - s);
  },
} satisfies Activation;
`,
  },
  {
    key: 'wrong',
    kind: 'activation',
    name: 'swishWrong',
    source: `// g(h) = h · σ(2h), with a derivative that ignores the product rule.
const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));

export default {
  value: (h) => h * sigmoid(2 * h),
  derivative: (h) => sigmoid(2 * h),
} satisfies Activation;
`,
  },
  {
    key: 'kink',
    kind: 'activation',
    name: 'tent',
    source: `// A triangle with its peak at 0. It has no derivative at its three kinks, so it lists them in \`kinks\`.
export default {
  value: (h) => Math.max(0, 1 - Math.abs(h)),
  derivative: (h) => (Math.abs(h) < 1 ? -Math.sign(h) : 0),
  kinks: [-1, 0, 1],
} satisfies Activation;
`,
  },
  {
    key: 'loss',
    kind: 'loss',
    name: 'cautious',
    source: `// An overestimate costs three times as much as an underestimate. Mean over outputs.
export default {
  value(x, t) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += (x[k] > t[k] ? 3 : 1) * (x[k] - t[k]) ** 2;
    return sum / x.length;
  },
  derivative(x, t, dLossDx) {
    for (let k = 0; k < x.length; k++) {
      dLossDx[k] = ((x[k] > t[k] ? 6 : 2) * (x[k] - t[k])) / x.length;
    }
  },
} satisfies Loss;
`,
  },
  {
    key: 'endless',
    kind: 'activation',
    name: 'endless',
    source: `// An infinite loop. The page keeps working.
export default {
  value(h) {
    while (h === h) h += 0;
    return h;
  },
  derivative: () => 1,
} satisfies Activation;
`,
  },
];

/** The exercise that the Learn view links to: the value is given, the derivative is missing. */
export const softsign: Example = {
  key: 'softsign',
  kind: 'activation',
  name: 'mySoftsign',
  source: `// softsign: g(h) = h / (1 + |h|). Write its derivative so that all checks pass.
export default {
  value: (h) => h / (1 + Math.abs(h)),
  derivative: (h) => 1,
} satisfies Activation;
`,
};
