export type * from './contract.js';
export * from './errors.js';
export { Graph } from './graph.js';
export { Random } from './random.js';
