/** The custom loss (x − t)⁴: as an object, and as the source that a user writes in the Extend view. */
import type { Loss } from '@nnbp/core';

export const fourth: Loss = {
  name: 'fourth',
  value: (x, t) => (x[0] - t[0]) ** 4,
  derivative: (x, t, dLossDx) => void (dLossDx[0] = 4 * (x[0] - t[0]) ** 3),
};

/** The entry of `fourth` in the playground's state. */
export const fourthSource = {
  name: fourth.name,
  source: `export default {
  value: (x, t) => (x[0] - t[0]) ** 4,
  derivative: (x, t, dLossDx) => void (dLossDx[0] = 4 * (x[0] - t[0]) ** 3),
} satisfies Loss;`,
};
