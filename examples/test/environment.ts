/** Environment variables with which a program imports the sources of the packages, so that nothing has to be built. */
export const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
