/** What one begins with: functions that are right, and such as one learns from. */
import type { Kind } from './user-functions.js';

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
    source: `// g(h) = h · σ(2h): a hinge with a soft corner.
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
    source: `// The same, but whoever wrote the derivative forgot the product rule.
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
    source: `// A tent with its top at 0. Where it bends there is no derivative, and it says so.
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
    source: `// Too much costs three times as much as too little. The mean over outputs.
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
    source: `// It never answers. The page goes on all the same.
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

/** The task that Learn ends with: the value is right, the derivative is not written yet. */
export const softsign: Example = {
  key: 'softsign',
  kind: 'activation',
  name: 'mySoftsign',
  source: `// softsign: g(h) = h / (1 + |h|). Write its derivative until every check is green.
export default {
  value: (h) => h / (1 + Math.abs(h)),
  derivative: (h) => 1,
} satisfies Activation;
`,
};
