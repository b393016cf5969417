/** The codes of the jobs that the function `run` of a WebAssembly module can do. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
