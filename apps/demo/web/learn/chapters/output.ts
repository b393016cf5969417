/** Chapter 2, case 1: at an output, dloss/dx comes from the loss alone. */
import { Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { articleExercise } from '../article-exercise.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { isClose } from '../number-answer.js';
import { show } from '../show.js';
import { numberTask, type PointTask, type Task } from '../task.js';
import { inBothLanguages } from '../text.js';

export interface OutputExercise extends Exercise, ComputedSample {
  /** An output x and its target t that make the arithmetic easy. */
  readonly x: number;
  readonly t: number;
}

const loss = mse();
export function dLossDxAt(x: number, t: number): number {
  const dLossDx = new Float64Array(1);
  loss.derivative([x], [t], dLossDx);
  return dLossDx[0];
}
export const lossAt = (x: number, t: number): number => loss.value([x], [t]);

export const output: Chapter<OutputExercise> = {
  name: 'output',
  title: { en: 'How wrong, and in which direction?', zh: '错了多少，朝哪个方向？' },
  ability: { en: 'derive case 1 for any loss', zh: '对任何损失函数求场景 1 的导数' },
  exercise(seed) {
    const sample = articleExercise(seed);
    const { x, t } = seed === 0 ? { x: 7, t: 10 } : randomOutput(seed);
    return { ...sample, x, t, tasks: [easy(x, t), flat(x, t), networkOutput(sample)] };
  },
};

function randomOutput(seed: number): { x: number; t: number } {
  const random = new Random(seed);
  const t = 4 + Math.floor(5 * random.uniform());
  const distance = 2 + Math.floor(3 * random.uniform()) + 0.5;
  return { t, x: random.uniform() < 0.5 ? t - distance : t + distance };
}

function easy(x: number, t: number): Task {
  const dLossDx = dLossDxAt(x, t);
  return numberTask({
    label: inBothLanguages('dloss/dx_7'),
    ask: {
      en: `The output x_7 = ${show(x)} should be the target t = ${show(t)}. The loss (x_7 − t)² measures how wrong the output is. How much does the loss change per unit of x_7? Give dloss/dx_7, the slope of the parabola.`,
      zh: `输出 x_7 = ${show(x)}，它应该等于目标 t = ${show(t)}。损失 (x_7 − t)² 衡量错了多少。x_7 每变化一个单位，损失变化多少？请给出抛物线在 x_7 处的斜率，记作 dloss/dx_7。`,
    },
    explain: {
      en: `Case 1 of three, an output: dloss/dx_7 = 2 · (x_7 − t) = ${show(dLossDx)}. ${dLossDx < 0 ? 'Negative: a larger x_7 makes the loss smaller.' : 'Positive: a smaller x_7 makes the loss smaller.'} No other node appears in this formula.`,
      zh: `三种场景中的场景 1，输出节点：dloss/dx_7 = 2 · (x_7 − t) = ${show(dLossDx)}。${dLossDx < 0 ? '负数：x_7 变大，损失变小。' : '正数：x_7 变小，损失变小。'}这个公式里没有其他节点。`,
    },
    expected: dLossDx,
    mistakes: [
      {
        value: -dLossDx,
        hint: {
          en: 'The magnitude is correct, the sign is not: does the loss fall or rise when x_7 grows?',
          zh: '大小对了，正负号不对：x_7 变大时，损失变小还是变大？',
        },
      },
      {
        value: dLossDx / 2,
        hint: { en: 'Differentiating the square gives a factor of 2.', zh: '平方求导会带出系数 2。' },
      },
      {
        value: lossAt(x, t),
        hint: { en: 'That is the loss itself, not its slope.', zh: '这是损失本身，不是它的斜率。' },
      },
      {
        value: dLossDx ** 2,
        hint: {
          en: 'The derivative of a square is linear: it contains no square.',
          zh: '平方的导数是一次的：不再有平方。',
        },
      },
    ],
  });
}

function flat(x: number, t: number): PointTask {
  return {
    kind: 'point',
    label: inBothLanguages('x_7'),
    min: t - 6,
    max: t + 6,
    step: 0.5,
    start: x,
    ask: {
      en: 'Drag x_7 to the point where the tangent is flat. There dloss/dx_7 = 0, and no change of the output makes the loss smaller.',
      zh: '把 x_7 拖到切线水平的地方。那里 dloss/dx_7 = 0，输出怎样变化都不会使损失更小。',
    },
    explain: {
      en: `At x_7 = t = ${show(t)} the slope is 0. To the left it is negative, to the right positive: its sign says in which direction the output is wrong, its size how badly.`,
      zh: `在 x_7 = t = ${show(t)} 处斜率为 0。左边为负，右边为正：符号说明输出朝哪个方向错了，大小说明错得多严重。`,
    },
    solution: String(t),
    check(answer) {
      const at = Number(answer);
      if (isClose(at, t)) return { correct: true };
      return {
        correct: false,
        hint:
          dLossDxAt(at, t) < 0
            ? { en: 'The tangent still falls here: move to the right.', zh: '切线在这里仍向下倾斜：往右移。' }
            : { en: 'The tangent already rises here: move to the left.', zh: '切线在这里已经向上倾斜：往左移。' },
      };
    },
  };
}

function networkOutput({ target, pass: { cache } }: ComputedSample): Task {
  const x = cache.x('7');
  const dLossDx = cache.dLossDx('7');
  return numberTask({
    label: inBothLanguages('dloss/dx_7'),
    ask: {
      en: `In the network, the output is x_7 = ${show(x)} and its target is t = ${show(target)}. What is dloss/dx_7 there?`,
      zh: `在这个网络里，输出 x_7 = ${show(x)}，目标 t = ${show(target)}。这里的 dloss/dx_7 是多少？`,
    },
    explain: {
      en: `2 · (${show(x)} − ${show(target)}) = ${show(dLossDx)}. The backward pass starts with this number: every other derivative in the network is computed from it.`,
      zh: `2 · (${show(x)} − ${show(target)}) = ${show(dLossDx)}。反向传播由这个数开始：网络里其他所有导数都由它得来。`,
    },
    expected: dLossDx,
    mistakes: [
      {
        value: -dLossDx,
        hint: { en: 'It is x_7 − t, not t − x_7.', zh: '应该是 x_7 − t，而不是 t − x_7。' },
      },
      {
        value: dLossDx / 2,
        hint: { en: 'Differentiating the square gives a factor of 2.', zh: '平方求导会带出系数 2。' },
      },
      {
        value: lossAt(x, target),
        hint: { en: 'That is the loss itself, not its slope.', zh: '这是损失本身，不是它的斜率。' },
      },
      {
        value: dLossDx * cache.slope('7'),
        hint: {
          en: 'Leave out slope_7: dloss/dx_7 depends on the value x_7 and the loss alone.',
          zh: '这里用不到节点 7 的 slope：dloss/dx_7 只取决于 x_7 的值和损失函数。',
        },
      },
    ],
  });
}
