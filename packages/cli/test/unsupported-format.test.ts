import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from './workspace.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const zip = (name: string) => bytes(`PK\x03\x04${'\0'.repeat(26)}${name}${'x'.repeat(9000)}`);
const zipWithNameAtTheEnd = (name: string) => bytes(`PK\x03\x04${'\0'.repeat(9000)}PK\x01\x02${name}`);
const safetensors = (header: object) => {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, Buffer.alloc(8)]);
};
const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

describe('a file in an unsupported format', () => {
  it.each([
    ['model.h5', bytes('\x89HDF\r\n\x1a\n....'), /Keras model in HDF5.*tensorflowjs/],
    ['model.keras', zip('metadata.json config.json model.weights.h5'), /Keras 3 model.*tensorflowjs/],
    ['model.keras', zipWithNameAtTheEnd('model.weights.h5'), /Keras 3 model/],
    ['model.pt', zip('archive/data.pkl'), /PyTorch checkpoint.*torch\.onnx\.export/],
    ['weights.npz', zip('arr_0.npy'), /NumPy/],
    ['model.zip', zip('readme.txt'), /ZIP.*Unpack/],
    [
      'model.pkl',
      bytes('\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x07sklearn'),
      /pickle.*nnbp never loads a pickle.*skl2onnx/,
    ],
    ['model.joblib', bytes('\x80\x03csklearn'), /pickle.*skl2onnx/],
    ['model.tflite', bytes('\x1c\0\0\0TFL3....'), /TensorFlow Lite.*python -m tf2onnx\.convert --tflite model.tflite/],
    [
      'model.json',
      bytes('{"format":"graph-model","modelTopology":{"node":[],"library":{}},"weightsManifest":[]}'),
      /graph model.*layers model/,
    ],
    [
      'model.json',
      bytes('{"class_name":"Sequential","config":{"layers":[]},"keras_version":"2.1"}'),
      /without its weights/,
    ],
    [
      'w.safetensors',
      safetensors({ __metadata__: { format: 'pt' }, 'fc.weight': tensor }),
      /safetensors.*torch\.onnx\.export.*--from pytorch/,
    ],
    ['w.safetensors', safetensors({ 'fc.weight': tensor }), /safetensors/],
    [
      'model.onnx',
      bytes('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n'),
      /Git LFS.*git lfs pull/,
    ],
    ['model.onnx', bytes('\n<!DOCTYPE html><html><title>model.onnx at main'), /web page/],
    ['model.onnx.gz', bytes('\x1f\x8b\x08\0'), /gzip.*Unpack/],
    ['model.gguf', bytes('GGUF\x03\0\0\0'), /GGUF/],
    ['model.xml', bytes('<?xml version="1.0"?><PMML version="4.4">'), /PMML/],
    ['notes.txt', bytes('dear diary'), /unknown format.*--from/],
    ['empty', bytes(''), /unknown format/],
  ])(
    'convert reports the actual format of a file, if it is known, and what to do: %s %#',
    async (name, content, message) => {
      const { nnbp, directory } = await workspace();
      await writeFile(join(directory, name), content);
      const { code, stdout, stderr } = await nnbp('convert', name, 'out.nnbp');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr.startsWith(`nnbp: ${name}: `)).toBe(true);
    },
  );
});
