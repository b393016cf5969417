/** The packages whose own tests run every line of them. Counting lines takes a third more time, so the others do without. */
export const covered = ['core', 'activations', 'aggregations', 'losses', 'optim'];
