/** Advice for models with unsupported operators. */

const preprocessed = 'Cut it off, for example with onnx.utils.extract_model(path, out, inputs, outputs)';

const advice: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/Conv|Pool/, 'Of convolution and pooling, Conv, MaxPool, AveragePool and their Global forms are supported'],
  [
    /^(?:Scan|Loop|If)$/,
    'Models with control flow are not supported. Export one step of the model, with its states as inputs and outputs',
  ],
  [/^(?:Tree|SVM|GLM|Linear(?:Cl|R))/, 'Supported are neural networks, and Scaler before one'],
  [
    /^(?:ArgMax|ArgMin|TopK|ZipMap|LabelEncoder|ArrayFeatureExtractor)$/,
    `It turns outputs into labels. ${preprocessed}; scikit-learn's models: skl2onnx with options={"zipmap": False}`,
  ],
  [/^(?:OneHotEncoder|Imputer|Normalizer|StringNormalizer|Binarizer|LayerNormalization)$/, preprocessed],
  [/Quantize|Integer$/, 'Export the model with float32 weights'],
];

/** A sentence for the operator of this name. */
export const adviceFor = (operator: string): string =>
  advice.find(([pattern]) => pattern.test(operator))?.[1] ??
  'Export the model without it, for example by writing it with MatMul, Add, Mul, Max and activations';
