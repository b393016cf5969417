/** Optimizers run inside: one pass over the parameter vector, four numbers at a time. */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  int,
  type Local,
  v128,
  double,
  scalar,
} from '../assembler.js';
import { header, word } from '../memory-map.js';
import { laneSum } from './finish.js';
import { whileRoom } from './loops.js';

/** The numbers of a step, as they stand in the header; each kernel reads those it needs. */
export const stepNumbers = [
  /** The learning rate; for Adam divided by its first correction. */
  'rate',
  /** From the sum over samples to the mean. */
  'mean',
  /** What the parameter is multiplied by first (decoupled or plain weight decay). */
  'keep',
  /** Times the parameter, added to the gradient (coupled weight decay). */
  'decay',
  /** What the old momentum, or first moment, is multiplied by… */
  'momentum',
  /** …and the gradient, before it is added. */
  'fresh',
  /** Of the gradient and of the momentum, how much makes the update: (0, 1), or (1, momentum) for Nesterov's. */
  'ofGradient',
  'ofMomentum',
  /** What the second moment is multiplied by, and the squared gradient. */
  'secondMoment',
  'freshSquare',
  /** 1 / √(second correction), and ε. */
  'correction',
  'epsilon',
] as const;

type Numbers = Readonly<Record<(typeof stepNumbers)[number], Code>>;

interface Vectors {
  readonly p: Local;
  /** The gradient of the mean loss. */
  readonly g: Local;
  /** Address of the four momenta, and of the four second moments. */
  readonly m: Code;
  readonly v: Code;
  readonly temporary: Local;
}

const { add, sub, mul, div, sqrt, load, store } = f32x4;

/** Each leaves the new parameters in `p`. By code; 0 means that nothing is done. */
const updates: readonly ((numbers: Numbers, vectors: Vectors) => Code)[] = [
  /** SGD: p ← p − rate · g */
  ({ rate }, { p, g }) => p.set(sub(p.get, mul(rate, g.get))),

  /** SGD with weight decay: p ← keep · p − rate · g */
  ({ rate, keep }, { p, g }) => p.set(sub(mul(keep, p.get), mul(rate, g.get))),

  /** SGD with momentum: g ← g + decay · p;  m ← momentum · m + fresh · g;  p ← p − rate · (ofGradient · g + ofMomentum · m) */
  ({ rate, decay, momentum, fresh, ofGradient, ofMomentum }, { p, g, m, temporary }) => [
    g.set(add(g.get, mul(decay, p.get))),
    temporary.set(add(mul(momentum, load(m)), mul(fresh, g.get))),
    store(m, temporary.get),
    p.set(sub(p.get, mul(rate, add(mul(ofGradient, g.get), mul(ofMomentum, temporary.get))))),
  ],

  /** Adam and AdamW: p ← keep · p;  m, v ← moments of g + decay · p;  p ← p − rate · m / (√v · correction + ε) */
  (
    { rate, keep, decay, momentum, fresh, secondMoment, freshSquare, correction, epsilon },
    { p, g, m, v, temporary },
  ) => [
    g.set(add(g.get, mul(decay, p.get))),
    p.set(mul(keep, p.get)),
    temporary.set(add(mul(momentum, load(m)), mul(fresh, g.get))),
    store(m, temporary.get),
    g.set(add(mul(secondMoment, load(v)), mul(freshSquare, mul(g.get, g.get)))),
    store(v, g.get),
    p.set(sub(p.get, div(mul(rate, temporary.get), add(mul(sqrt(g.get), correction), epsilon)))),
  ],
];

/** Codes of the optimizers that run inside. */
export const optimizerCode = { none: 0, plain: 1, sgd: 2, momentum: 3, adam: 4 } as const;

/**
 * Called with an optimizer's code, the range of the parameter vector to update, in bytes from its start, and, where
 * threads are many, the address of the word in which the way is marked. The last few numbers up to a whole cache line
 * belong to nobody.
 */
export function optimizerKernel(module: Assembler, shared: boolean): Callable {
  const kernels = updates.map((update) =>
    module.function(undefined, [i32, i32, i32], [], ([from, to, mark], local) => {
      const [address, gradients, momentum, secondMoment] = Array.from({ length: 4 }, () => local(i32));
      const [p, g, temporary, mean] = Array.from({ length: 4 }, () => local(v128));
      const numberLocals = stepNumbers.map(() => local(v128));
      const numbers = Object.fromEntries(
        stepNumbers.map((name, k) => [name, numberLocals[k].get]),
      ) as unknown as Numbers;
      const from0 = (base: Code): Code => int.sub(base, word('parameters'));
      return [
        numberLocals.map((number, k) => number.set(f32x4.loadSplat(int.const(0), header.stepNumbers + 4 * k))),
        mean.set(numbers.mean),
        gradients.set(word('gradients')),
        momentum.set(from0(word('momentum'))),
        secondMoment.set(from0(word('secondMoment'))),
        address.set(int.add(word('parameters'), from.get)),
        to.set(int.add(word('parameters'), to.get)),
        whileRoom(address, to, 16, [
          p.set(load(address.get)),
          g.set(mul(mean.get, load(int.add(address.get, gradients.get)))),
          update(numbers, {
            p,
            g,
            m: int.add(address.get, momentum.get),
            v: int.add(address.get, secondMoment.get),
            temporary,
          }),
          store(address.get, p.get),
          // A thread that is ended from outside ends between two turns of a loop: what is marked is done, as a whole.
          shared ? int.store(mark.get, int.add(address.get, int.const(16))) : [],
        ]),
      ];
    }),
  );
  return module.function(shared ? 'optimize' : undefined, [i32, i32, i32, i32], [], ([code, from, to, mark]) =>
    control.choose(code.get, [[], ...kernels.map((kernel) => kernel(from.get, to.get, mark.get))], []),
  );
}

const lossNow = double.load(int.const(header.loss));

/** Whether the pass may be followed by an update; `total` bounds all gradients together. */
export const isHarmless = (total: Local): Code =>
  int.and(
    // Not true of NaN; and a loss that is not finite minus itself is NaN.
    scalar.le(
      scalar.mul(laneSum(total), scalar.load(int.const(0), header.reach)),
      scalar.load(int.const(0), header.room),
    ),
    double.eq(double.sub(lossNow, lossNow), double.const(0)),
  );

/** Makes the gradients of the sum those of the mean, in a range as above. */
export function meanKernel(module: Assembler): Callable {
  return module.function(undefined, [i32, i32], [], ([from, to], local) => {
    const mean = local(v128);
    const base = int.add(word('parameters'), word('gradients'));
    return [
      mean.set(f32x4.loadSplat(int.const(0), header.stepNumbers + 4 * stepNumbers.indexOf('mean'))),
      from.set(int.add(base, from.get)),
      to.set(int.add(base, to.get)),
      whileRoom(from, to, 16, store(from.get, mul(mean.get, load(from.get)))),
    ];
  });
}
