/**
 * Environment variables that make a program import the sources of the packages, so that nothing has to be built. An
 * empty NODE_V8_COVERAGE turns coverage off in that program.
 */
export const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
