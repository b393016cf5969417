/** The ONNX operators that can be imported, by name. */
import { elu, hardSwish, leakyRelu, mish, relu, sigmoid, sine, softplus, softsign, tanh } from '@nnbp/activations';
import { logSumExp, max, min, product } from '@nnbp/aggregations';
import { aggregation, argMax, gatherElements, meanOrMedian, sort } from './operators/aggregations.js';
import { addition, division, multiplication, negation, reduceSum, total } from './operators/arithmetic.js';
import { absolute, extreme, prelu } from './operators/extremes.js';
import {
  activation,
  celu,
  clip,
  geluExact,
  hardSigmoidWith,
  power,
  seluWith,
  logSoftmax,
  softmax,
  swish,
  withOption,
} from './operators/functions.js';
import { exponential, squareRoot } from './operators/gates.js';
import { gemm, matMul, transpose } from './operators/matrices.js';
import { batchNormalization, scaler } from './operators/normalization.js';
import { type Operator, activationPart } from './operators/operator.js';
import { gatedRecurrentUnit, longShortTermMemory, recurrentLayer } from './operators/recurrent.js';
import {
  cast,
  concat,
  dropout,
  flatten,
  gather,
  passThrough,
  reshape,
  slice,
  split,
  squeeze,
  unsqueeze,
} from './operators/shapes.js';
import { averagePool, convolution, globalAveragePool, globalMaxPool, maxPool, pad } from './operators/windows.js';

const makeOperators = () =>
  new Map<string, Operator>([
    ['Identity', passThrough],
    ['Dropout', dropout],
    ['Cast', cast],
    ['Constant', (call) => call.constantAttribute()],
    ['Gemm', gemm],
    ['MatMul', matMul],
    ['Add', addition(1)],
    ['Sub', addition(-1)],
    ['Mul', multiplication],
    ['Div', division],
    ['Neg', negation],
    ['Sum', total(false)],
    ['Mean', total(true)],
    ['ReduceSum', reduceSum],
    ['ReduceMean', meanOrMedian],
    ['ReduceMax', aggregation(max)],
    ['ReduceMin', aggregation(min)],
    ['ReduceProd', aggregation(product)],
    ['ReduceLogSumExp', aggregation(logSumExp)],
    ['TopK', sort],
    ['ArgMax', argMax],
    ['GatherElements', gatherElements],
    ['Max', extreme(1)],
    ['Min', extreme(-1)],
    ['BatchNormalization', batchNormalization],
    ['Conv', convolution],
    ['MaxPool', maxPool],
    ['AveragePool', averagePool],
    ['GlobalMaxPool', globalMaxPool],
    ['GlobalAveragePool', globalAveragePool],
    ['Pad', pad],
    ['RNN', recurrentLayer],
    ['LSTM', longShortTermMemory],
    ['GRU', gatedRecurrentUnit],
    ['Squeeze', squeeze],
    ['Unsqueeze', unsqueeze],
    ['Slice', slice],
    ['Reshape', reshape],
    ['Flatten', flatten],
    ['Transpose', transpose],
    ['Concat', concat],
    ['Gather', gather],
    ['Split', split],
    ['Relu', activation(relu)],
    ['Sigmoid', activation(sigmoid)],
    ['Tanh', activation(tanh)],
    ['Softplus', activation(softplus)],
    ['Softsign', activation(softsign)],
    ['Sin', activation(sine)],
    ['Mish', activation(mish)],
    ['LeakyRelu', withOption(leakyRelu.negativeSlope, 'alpha', 0.01)],
    ['Elu', withOption(elu.alpha, 'alpha', 1)],
    ['Selu', seluWith],
    ['HardSigmoid', hardSigmoidWith],
    ['Clip', clip],
    ['Gelu', geluExact],
    ['Erf', activationPart('erf')],
    ['Abs', absolute],
    ['PRelu', prelu],
    ['Celu', celu],
    ['Swish', swish],
    ['HardSwish', activation(hardSwish)],
    ['Pow', power],
    ['Exp', exponential],
    ['Sqrt', squareRoot],
    ['Softmax', softmax],
    ['LogSoftmax', logSoftmax],
  ]);

/** Operators that treat the second axis as the columns of a table and therefore cannot read sequences. */
const withoutSequences = /^(?:Gemm|BatchNormalization|Unsqueeze|Slice|Reshape|Flatten|Conv|\w*Pool|Pad|Scaler)$/;

/** Whether an operator can read sequences, in which each step is a row. */
export const readsSequences = (name: string): boolean => !withoutSequences.test(name);

/** Operators that treat the first axis as the batch. */
const needsBatchFirst =
  /^(?:Gemm|BatchNormalization|Flatten|Conv|\w*Pool|Pad|Scaler|TopK|ArgMax|GatherElements|\w*[Ss]oftmax)$/;

/** Whether an operator can read tensors whose batch is not the first axis. */
export const readsMovedBatch = (name: string): boolean => !needsBatchFirst.test(name);

/** Operators of ai.onnx.ml, which scikit-learn models use. */
const makeClassical = () => new Map<string, Operator>([['Scaler', scaler]]);

let operators: ReadonlyMap<string, Operator> | undefined;
let classical: ReadonlyMap<string, Operator> | undefined;

/**
 * Returns the operator with this name and domain; undefined if it is not supported. The tables are created on first
 * use, so that bundlers can remove them.
 */
export function operatorOf(name: string, domain: string): Operator | undefined {
  if (domain === '' || domain === 'ai.onnx') return (operators ??= makeOperators()).get(name);
  return domain === 'ai.onnx.ml' ? (classical ??= makeClassical()).get(name) : undefined;
}
