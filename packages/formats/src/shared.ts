/** Internal functions that @nnbp/interop imports. Not part of the public API: they may change in any release. */
export { asMalformed, withShortMessages } from './as-malformed.js';
export { parseJson } from './exact-json.js';
export { JsonValue } from './json-value.js';
export { expectBytes } from './file-bytes.js';
export { type Block, blocks, neededNodes, nextState, sourceOf } from './levels.js';
export { oneLine } from './module/one-line.js';
export { nameOf } from './plugins.js';
export { decode, encode } from './safetensors.js';
