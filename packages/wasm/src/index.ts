export { auto, type AutoEngine } from './auto.js';
export { cores } from './cores.js';
export type { DenseBlocks, PlanDescription, SparseNodes } from './describe.js';
export { wasm, type WasmEngine } from './engine.js';
export type { WasmExecutor } from './executor.js';
export type { MemoryUse, Purpose } from './layout.js';
export type { WasmOptions } from './options.js';
