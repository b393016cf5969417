/** The jobs of `run`. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
