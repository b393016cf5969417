/** Environment variables with which a program imports the sources of the packages, so that they need no build. */
export const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
