/** The integer code of each job. The `run` function of a WebAssembly module takes the code as an argument. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
