export type { Checkpoint } from './checkpoint.js';
export type { FileBytes } from './file-bytes.js';
export { fromJson, toJson } from './json.js';
export { load, type Loaded } from './load.js';
export { type ModuleFiles, toModule } from './module/to-module.js';
export type { Plugins } from './plugins.js';
export { save, type SaveOptions } from './save.js';
