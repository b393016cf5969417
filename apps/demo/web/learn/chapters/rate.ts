/** Chapter 8, the learning rate: one node learns a line, so the loss is a surface over its two parameters, w and b. */
import { identity } from '@nnbp/activations';
import { type Graph, GraphBuilder, type Optimizer, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, rmsprop, sgd } from '@nnbp/optim';
import type { Chapter, Exercise } from '../chapter.js';
import { parseNumber } from '../number-answer.js';
import { show } from '../show.js';
import { choiceTask, numberTask, type Task } from '../task.js';

export interface SurfacePoint {
  readonly w: number;
  readonly b: number;
  readonly loss: number;
}

export interface RateExercise extends Exercise {
  /** The samples are on the line y = factor · x. */
  readonly factor: number;
  lossAt(w: number, b: number): number;
  /** The points that an optimizer visits, starting at w = b = 0. Stops before the first loss that is not finite. */
  path(optimizer: Optimizer, steps: number): SurfacePoint[];
}

/** The inputs of the five samples. */
const xs = [1, 2, 3, 4, 5];
const inputs = Float64Array.from(xs);
const loss = mse();
/** The learning rate of the first task. */
export const firstRate = 0.05;

export const rate: Chapter<RateExercise> = {
  name: 'rate',
  title: { en: 'How large a step?', zh: '一步迈多大？' },
  ability: { en: 'choose a learning rate and compare optimizers', zh: '选择学习率并比较优化器' },
  exercise(seed) {
    const factor = seed === 0 ? 3 : Math.round(20 * (1 + 4 * new Random(seed).uniform())) / 10;
    const targets = Float64Array.from(xs, (x) => factor * x);
    const executor = reference().prepare(oneNode(), xs.length);
    // Both vectors are in the order of the graph: b, then w.
    const { parameters, gradients } = executor;
    const measure = () => executor.backpropagate(inputs, targets, xs.length, loss);
    const lossAt = (w: number, b: number) => {
      parameters.set([b, w]);
      return measure();
    };
    const path = (optimizer: Optimizer, steps: number): SurfacePoint[] => {
      parameters.set([0, 0]);
      const points: SurfacePoint[] = [];
      for (let step = 0; ; step++) {
        const [b, w] = parameters;
        const currentLoss = measure();
        if (!Number.isFinite(currentLoss)) return points;
        points.push({ w, b, loss: currentLoss });
        if (step === steps) return points;
        optimizer.step(parameters, gradients);
      }
    };
    return { factor, lossAt, path, tasks: [nextLoss(path, factor), largestRate(path), comparison(path)] };
  },
};

/** The graph of y = w · x + b. */
function oneNode(): Graph {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('y', { from: ['x'], activation: identity, fixed: { c: 1 } });
  builder.output('y');
  return builder.build();
}

type Path = RateExercise['path'];

function nextLoss(path: Path, factor: number): Task {
  const [start, next] = path(sgd({ learningRate: firstRate }), 1);
  // The gradient at the start, computed from the first step.
  const [dw, db] = [-next.w / firstRate, -next.b / firstRate];
  const linear = start.loss - firstRate * (dw ** 2 + db ** 2);
  return numberTask({
    label: { en: 'Next loss:', zh: '下一步的损失：' },
    ask: {
      en: `One node, y = w · x + b, learns y = ${show(factor)}x from five samples: x = 1, 2, 3, 4, 5. The loss is the mean of (y − t)². At w = b = 0 it is ${show(start.loss)}, dloss/dw = ${show(dw)}, dloss/db = ${show(db)}. The learning rate is ${firstRate}. One step subtracts learning rate · derivative from each parameter. What is the loss after the step?`,
      zh: `一个节点 y = w · x + b，用 x = 1、2、3、4、5 这五个样本学习 y = ${show(factor)}x。损失是 (y − t)² 的平均。在 w = b = 0 处损失为 ${show(start.loss)}，dloss/dw = ${show(dw)}，dloss/db = ${show(db)}。走一步，就是每个参数减去学习率 ${firstRate} 乘以它的导数。损失变成多少？`,
    },
    explain: {
      en: `The step leads to w = ${show(next.w)}, b = ${show(next.b)}, where the loss is ${show(next.loss)}. A straight line would give ${show(linear)}: the surface is curved, so a derivative is accurate only nearby.`,
      zh: `这一步走到 w = ${show(next.w)}，b = ${show(next.b)}，那里的损失是 ${show(next.loss)}。按直线推算会是 ${show(linear)}：曲面是弯的，导数只在附近准确。`,
    },
    expected: next.loss,
    mistakes: [
      {
        value: linear,
        hint: {
          en: 'That is what a straight line predicts, but the surface is curved. Compute the loss at the new w and b.',
          zh: '这是按直线推算的结果，但曲面是弯的。请用新的 w 和 b 计算损失。',
        },
      },
      {
        value: meanSquare(next.w, 0, factor),
        hint: { en: 'b changes, too.', zh: 'b 也要走一步。' },
      },
      {
        value: meanSquare(0, next.b, factor),
        hint: { en: 'w changes, too.', zh: 'w 也要走一步。' },
      },
      {
        value: meanSquare(-next.w, -next.b, factor),
        hint: { en: 'Step against the gradient: w ← w − η · dloss/dw.', zh: '要逆着梯度走：w ← w − η · dloss/dw。' },
      },
      {
        value: 5 * next.loss,
        hint: {
          en: 'The loss is the mean over the five samples, not the sum.',
          zh: '损失是五个样本的平均，不是总和。',
        },
      },
    ],
  });
}

const meanSquare = (w: number, b: number, factor: number): number =>
  xs.reduce((sum, x) => sum + (w * x + b - factor * x) ** 2, 0) / xs.length;

const manySteps = 500;

/** Whether gradient descent with this learning rate has a lower loss after `manySteps` steps than at the start. */
export function converges(path: Path, learningRate: number): boolean {
  const points = path(sgd({ learningRate }), manySteps);
  return points.length > manySteps && points[manySteps].loss < points[0].loss;
}

function largestRate(path: Path): Task {
  const isRate = (rate: number) => rate > 0 && rate < 1;
  return {
    kind: 'number',
    label: { en: 'Largest rate:', zh: '最大学习率：' },
    ask: {
      en: 'Gradient descent repeats such steps. Change the learning rate and watch the path. Up to a certain rate, the path ends at the minimum; above it, each step overshoots further. Find the largest rate that still converges, to three decimals.',
      zh: '梯度下降就是反复走这样的步。改变学习率，观察路径。在某个值以内，路径停在谷底；超过它，每一步都越冲越远。请找出仍然收敛的最大学习率，精确到三位小数。',
    },
    explain: {
      en: '0.084 converges, 0.085 does not. In theory, the limit is 2 / λ, where λ is the largest curvature of the surface: 2 / 23.66 = 0.0845. Only the steepest direction limits the step.',
      zh: '0.084 收敛，0.085 不收敛。理论值是 2 / λ，λ 是曲面的最大曲率：2 / 23.66 = 0.0845。步长只受最陡方向的限制。',
    },
    solution: '0.084',
    check(typed) {
      const rate = parseNumber(typed);
      if (Number.isNaN(rate) || !isRate(rate)) {
        return {
          correct: false,
          hint: {
            en: 'Enter a learning rate between 0 and 1, for example 0.05.',
            zh: '请输入 0 到 1 之间的学习率，例如 0.05。',
          },
        };
      }
      if (!converges(path, rate)) {
        return {
          correct: false,
          hint: {
            en: `With ${rate} the loss grows: the step is too large.`,
            zh: `用 ${rate} 时损失变大：步子太大了。`,
          },
        };
      }
      // The rate is the largest one if training diverges at a rate that is higher by 0.001.
      if (converges(path, rate + 0.001)) {
        return {
          correct: false,
          hint: {
            en: `${rate} converges, but so does a larger rate.`,
            zh: `${rate} 收敛，但更大的学习率仍然收敛。`,
          },
        };
      }
      return { correct: true };
    },
  };
}

/** The optimizers to compare, each with a typical learning rate. */
export const comparedOptimizers: Readonly<Record<string, () => Optimizer>> = {
  'SGD, 0.05': () => sgd({ learningRate: 0.05 }),
  'Momentum, 0.02': () => sgd({ learningRate: 0.02, momentum: 0.8 }),
  'Adam, 0.3': () => adam({ learningRate: 0.3 }),
  'RMSprop, 0.1': () => rmsprop({ learningRate: 0.1 }),
};

/** The loss below which an optimizer has finished. */
export const finish = 1e-3;

/** Number of steps until the loss is below `finish`; Infinity if that takes more than `manySteps`. */
export const stepsToFinish = (path: Path, optimizer: Optimizer): number => {
  const at = path(optimizer, manySteps).findIndex((point) => point.loss < finish);
  return at < 0 ? Infinity : at;
};

function comparison(path: Path): Task {
  const results = Object.entries(comparedOptimizers).map(([name, make]) => ({
    name,
    steps: stepsToFinish(path, make()),
  }));
  const winner = results.reduce((best, other) => (other.steps < best.steps ? other : best));
  const listed = (separator: string) =>
    results.map(({ name, steps }) => `${name}: ${Number.isFinite(steps) ? steps : '> 500'}`).join(separator);
  return choiceTask({
    ask: {
      en: `Optimizers turn derivatives into steps: SGD is plain gradient descent, the others also use earlier derivatives. Four start at w = b = 0, each with the learning rate next to its name. Which is the first to bring the loss below ${finish}? Predict, then watch.`,
      zh: `优化器把导数变成步子。SGD 就是普通的梯度下降，其他几个还会用到之前的导数。四个优化器都从 w = b = 0 出发，学习率写在名称旁边。哪一个最先让损失低于 ${finish}？先预测，再看它们走。`,
    },
    explain: {
      en: `Steps needed: ${listed('; ')}. The surface is a long valley: plain steps zigzag across it, while the others keep their speed along it. No optimizer is best for every problem.`,
      zh: `所需步数：${listed('；')}。曲面是一条长谷：SGD 在里面来回摆动，其他的沿谷保持速度。没有哪个优化器对所有问题都最好。`,
    },
    correct: winner.name,
    options: results.map(({ name, steps }) => ({
      name,
      text: { en: name, zh: name },
      hint: {
        en: Number.isFinite(steps)
          ? `${name} needs ${steps === 1 ? '1 step' : `${steps} steps`}. Another one is faster.`
          : `${name} does not get there within 500 steps.`,
        zh: Number.isFinite(steps) ? `${name} 需要 ${steps} 步。还有更快的。` : `${name} 走 500 步仍未到达。`,
      },
    })),
  });
}
