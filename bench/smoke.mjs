/** With `--smoke`, a script runs its smallest workload as a test, and writes no results. */
export const smoke = process.argv.includes('--smoke');
