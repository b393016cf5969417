/** The codes of the jobs that the WebAssembly function `run` of each program can do. */
export const job = { predict: 1, backpropagate: 2, step: 3 } as const;
