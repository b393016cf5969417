/** Advice for models with unsupported operators. */

const removal = 'Remove it, for example with onnx.utils.extract_model(path, out, inputs, outputs)';

const advice: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/Conv|Pool/, 'For convolution and pooling, use Conv, MaxPool, AveragePool, GlobalMaxPool or GlobalAveragePool'],
  [
    /^(?:Scan|Loop|If)$/,
    'Models with control flow are not supported. Export one step of the model, with its states as inputs and outputs',
  ],
  [/^(?:Tree|SVM|GLM|Linear(?:Cl|R))/, 'Only neural networks are supported, with or without a Scaler before them'],
  [
    /^(?:ArgMax|ArgMin|TopK|ZipMap|LabelEncoder|ArrayFeatureExtractor)$/,
    `It converts outputs to labels. ${removal}; for scikit-learn models, use skl2onnx with options={"zipmap": False}`,
  ],
  [/^(?:OneHotEncoder|Imputer|Normalizer|StringNormalizer|Binarizer|LayerNormalization)$/, removal],
  [/Quantize|Integer$/, 'Export the model with float32 weights'],
];

/** What to do about an unsupported operator, as a sentence without a final period. */
export const adviceFor = (operator: string): string =>
  advice.find(([pattern]) => pattern.test(operator))?.[1] ??
  'Export the model without this operator, for example by using MatMul, Add, Mul, Max and activations instead';
