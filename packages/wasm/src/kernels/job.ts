/** The numbers of the jobs that the `run` function of a WebAssembly module can do. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
