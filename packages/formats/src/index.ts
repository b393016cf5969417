export { fromOnnx } from './onnx/from-onnx.js';
export { type OnnxOptions, toOnnx } from './onnx/to-onnx.js';
