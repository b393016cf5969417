/** Recognizes unsupported file formats by the bytes or JSON keys of a file, and explains how to convert the file. */
import { type JsonKeys, jsonKeys } from './json-keys.js';

interface UnsupportedFormat {
  readonly what: string;
  readonly advice: string;
  readonly fits: (bytes: Uint8Array, keys: JsonKeys) => boolean;
}

const startsWith =
  (...first: readonly number[]) =>
  (bytes: Uint8Array) =>
    first.every((byte, k) => bytes[k] === byte);

const latin1 = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 4096)));
const isZip = startsWith(0x50, 0x4b, 0x03, 0x04);
/**
 * Whether the bytes are a ZIP archive with a file whose name contains `part`. A ZIP archive stores each name twice:
 * before the content of the file, and in a list at the end of the archive. Only the first and the last 4096 bytes are
 * searched.
 */
const zipHas = (part: string) => (bytes: Uint8Array) =>
  isZip(bytes) &&
  (latin1(bytes, 0, 4096).includes(part) ||
    latin1(bytes, Math.max(0, bytes.length - 4096), bytes.length).includes(part));

/** Whether a file looks like safetensors: 8 bytes with the length of the header, then a header that starts with `{`. */
export const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && bytes[8] === codeOfBrace && bytes[7] === 0 && bytes[6] === 0;
const codeOfBrace = 0x7b;

/**
 * Whether the header contains a network written by `save` from @nnbp/formats. Also true for a header without keys, which
 * may be corrupt.
 */
export function isOwnSafetensors(bytes: Uint8Array): boolean {
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const keys = jsonKeys(bytes.subarray(8, 8 + header));
  return keys.has('__metadata__', 'model') || keys.topLevel.size === 0;
}

const kerasAdvice =
  'Convert it in Python: pip install tensorflowjs, then tensorflowjs.converters.save_keras_model(model, "folder"), and use ' +
  'folder/model.json; or export it to ONNX with tf2onnx';
const torchExport = 'torch.onnx.export(model, (example,), "model.onnx"), which exports the network and its weights';
const scikitAdvice = 'Convert it in Python with skl2onnx: to_onnx(model, X[:1]) returns an ONNX model';

/** The recognized formats, in the order in which they are tried. */
const formats: readonly UnsupportedFormat[] = [
  {
    what: 'a Keras model in HDF5 (.h5)',
    advice: kerasAdvice,
    fits: startsWith(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a),
  },
  { what: 'a Keras 3 model (.keras)', advice: kerasAdvice, fits: zipHas('model.weights.h5') },
  { what: 'a PyTorch checkpoint (.pt)', advice: `Convert it in Python: ${torchExport}`, fits: zipHas('/data.pkl') },
  {
    what: 'NumPy arrays (.npz), which contain weights but no network',
    advice: 'Export the model itself to ONNX',
    fits: zipHas('.npy'),
  },
  { what: 'a ZIP archive', advice: 'Unpack it and pass the model file that it contains', fits: isZip },
  {
    what: 'a Python pickle (.pkl, .joblib, .pt), which executes code when it is loaded',
    advice: `nnbp never loads a pickle. ${scikitAdvice}; for PyTorch use torch.onnx.export`,
    fits: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
  },
  { what: 'a compressed file (gzip)', advice: 'Unpack it first: gunzip FILE', fits: startsWith(0x1f, 0x8b) },
  {
    what: 'a TensorFlow Lite model (.tflite)',
    advice: 'Convert it to ONNX: python -m tf2onnx.convert --tflite model.tflite --output model.onnx',
    fits: (bytes) => latin1(bytes, 4, 8) === 'TFL3',
  },
  {
    what: 'a GGUF model',
    advice: 'It contains a language model; only small networks are supported',
    fits: startsWith(0x47, 0x47, 0x55, 0x46),
  },
  {
    what: 'a TensorFlow.js graph model, which has operations instead of layers',
    advice:
      'Convert the original Keras model again, as a layers model: tensorflowjs_converter --input_format=keras model.h5 folder',
    fits: (_, keys) => keys.has('modelTopology', 'node'),
  },
  {
    what: 'the architecture of a Keras model, without its weights',
    advice: kerasAdvice,
    fits: (_, { topLevel }) => topLevel.has('class_name') && topLevel.has('config'),
  },
  {
    what: 'safetensors weights without a network',
    advice: `Export the model in Python: ${torchExport}; to import weights of a network that nnbp exported, use --from pytorch --of MODEL`,
    fits: (bytes) => isSafetensors(bytes) && !isOwnSafetensors(bytes),
  },
  {
    what: 'a Git LFS pointer, not the model itself',
    advice: 'Fetch the file: git lfs pull',
    fits: (bytes) => latin1(bytes, 0, 24) === 'version https://git-lfs.',
  },
  {
    what: 'a web page, not a model',
    advice: 'Download the file itself, not the page that shows it',
    fits: (bytes) => /^\s*<(?:!doctype|html)/i.test(latin1(bytes, 0, 200)),
  },
  {
    what: 'PMML',
    advice: 'Export the model to ONNX in the program that created it',
    fits: (bytes) => /^\s*<\?xml|^\s*<PMML/.test(latin1(bytes, 0, 200)) && latin1(bytes, 0, 4096).includes('PMML'),
  },
];

/** Names the format: "this is a Keras model in HDF5 (.h5). Convert it …". Returns undefined if it is unknown. */
export function unsupportedFormatOf(bytes: Uint8Array, keys: JsonKeys): string | undefined {
  const found = formats.find(({ fits }) => fits(bytes, keys));
  return found && `this is ${found.what}. ${found.advice}.`;
}
