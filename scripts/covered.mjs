/** The packages whose lines are counted, by their own tests (limits in vitest.config.ts). It takes a third more time. */
export const covered = ['core', 'activations', 'aggregations', 'losses', 'optim'];
