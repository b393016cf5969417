/**
 * The packages whose coverage is measured; vitest.config.ts has the thresholds. Measuring makes tests a third slower.
 */
export const coveredPackages = ['core', 'activations', 'aggregations', 'losses', 'optim'];
