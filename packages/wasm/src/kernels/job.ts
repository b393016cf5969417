/** The id of each job. It is an argument of the `run` function of a WebAssembly module. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
