/** Environment variables for programs that import the packages' sources, without building the packages first. */
export const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
