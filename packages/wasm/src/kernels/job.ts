/** The codes of the jobs that `run` can do. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
