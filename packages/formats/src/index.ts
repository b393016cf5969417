export type { Checkpoint } from './checkpoint.js';
export { fromJson, toJson } from './json.js';
export { load, type Loaded, type Plugins } from './load.js';
export { fromOnnx } from './onnx/from-onnx.js';
export { type OnnxOptions, toOnnx } from './onnx/to-onnx.js';
export { fromPyTorch } from './pytorch/from-pytorch.js';
export { type PyTorchFiles, toPyTorch } from './pytorch/to-pytorch.js';
export { save, type SaveOptions } from './save.js';
