/** What this package reads of ONNX: the operations, by name. */
import { elu, leakyRelu, mish, relu, sigmoid, sine, softplus, softsign, tanh } from '@nnbp/activations';
import { addition, division, multiplication, negation, reduceSum } from './operators/arithmetic.js';
import {
  activation,
  clip,
  geluExact,
  hardSigmoidWith,
  power,
  seluWith,
  softmax,
  withOption,
} from './operators/functions.js';
import { exponential } from './operators/gates.js';
import { gemm, matMul, transpose } from './operators/matrices.js';
import { type Operator, unfinished } from './operators/operator.js';
import { cast, concat, dropout, flatten, gather, reshape, same, split } from './operators/shapes.js';

const makeOperators = () =>
  new Map<string, Operator>([
    ['Identity', same],
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
    ['ReduceSum', reduceSum],
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
    ['Erf', unfinished('erf')],
    ['Abs', unfinished('abs')],
    ['Pow', power],
    ['Exp', exponential],
    ['Softmax', softmax],
    ['LogSoftmax', softmax],
  ]);

let operators: ReadonlyMap<string, Operator> | undefined;

/** The operation of this name, if it is read; the table is made when first asked, so that a bundle can leave it out. */
export const operatorOf = (name: string): Operator | undefined => (operators ??= makeOperators()).get(name);
