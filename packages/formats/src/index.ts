export { fromOnnx } from './onnx/from-onnx.js';
export { type OnnxOptions, toOnnx } from './onnx/to-onnx.js';
export { fromPyTorch } from './pytorch/from-pytorch.js';
export { type PyTorchFiles, toPyTorch } from './pytorch/to-pytorch.js';
