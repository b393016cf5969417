/** The packages whose coverage is measured (thresholds in vitest.config.ts). Measuring takes a third more time. */
export const coveredPackages = ['core', 'activations', 'aggregations', 'losses', 'optim'];
