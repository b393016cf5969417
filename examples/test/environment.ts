/** For programs that are started from the sources: no package needs to be built first. */
export const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
