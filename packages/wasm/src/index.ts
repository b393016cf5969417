export { auto, type AutoEngine } from './auto.js';
export { wasm, type WasmEngine } from './engine.js';
export { WasmExecutor } from './executor.js';
export type { WasmOptions } from './options.js';
