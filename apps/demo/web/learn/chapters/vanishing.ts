/** Chapter 7, vanishing gradients: how dloss/dx shrinks in a deep sigmoid network, and how to prevent it. */
import { leakyRelu, relu, sigmoid, softsign, tanh } from '@nnbp/activations';
import { backpropagate, glorotUniform, heNormal, mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { times } from '../../shared/format-number.js';
import type { Chapter, Exercise } from '../chapter.js';
import { parseNumber } from '../number-answer.js';
import { show } from '../show.js';
import { guessTask, type SettingTask, type Task } from '../task.js';

/** The settings of a deep network, which the learner can change. */
export interface Setting {
  readonly activation: keyof typeof activations;
  readonly initializer: keyof typeof initializers;
  /** Number of hidden layers, 1 to 8. */
  readonly layers: number;
}

/** Means over the nodes of a layer. */
export interface Layer {
  /** Mean |dloss/dx|. */
  readonly received: number;
  /** Mean |slope|. */
  readonly slope: number;
}

export interface VanishingExercise extends Exercise {
  readonly start: Setting;
  /** The means of each hidden layer of a network with these settings, in order. */
  layersOf(setting: Setting): Layer[];
}

export const activations = { sigmoid, tanh, softsign, relu, leakyRelu };
export const initializers = { glorotUniform, heNormal };

/** Nodes per hidden layer. */
const width = 8;
const start: Setting = { activation: 'sigmoid', initializer: 'glorotUniform', layers: 8 };

export const vanishing: Chapter<VanishingExercise> = {
  name: 'vanishing',
  title: { en: 'Why do gradients vanish in deep sigmoid networks?', zh: '为什么深层 sigmoid 网络的梯度会消失？' },
  ability: { en: 'diagnose vanishing gradients', zh: '诊断梯度消失' },
  exercise(seed) {
    const layersOf = (setting: Setting) => layersWith(setting, seed + 1);
    return { start, layersOf, tasks: [factor(layersOf(start)), repair(layersOf)] };
  },
};

function layersWith({ activation, initializer, layers }: Setting, seed: number): Layer[] {
  const sizes = [2, ...Array.from({ length: layers }, () => width), 1];
  const network = new Network(mlp(sizes, { activation: activations[activation] }), {
    seed,
    initializer: initializers[initializer],
  });
  const { cache } = backpropagate(network, [0.5, -0.5], [1], mse());
  const mean = (layer: number, read: (id: string) => number) =>
    Array.from({ length: width }, (_, k) => Math.abs(read(`layer${layer}.${k}`))).reduce((sum, x) => sum + x, 0) /
    width;
  return Array.from({ length: layers }, (_, k) => ({
    received: mean(k + 1, (id) => cache.dLossDx(id)),
    slope: mean(k + 1, (id) => cache.slope(id)),
  }));
}

/** Mean |dloss/dx| of the last hidden layer, divided by that of the first one. */
export const shrinkage = (layers: readonly Layer[]): number => layers[layers.length - 1].received / layers[0].received;

function factor(layers: readonly Layer[]): Task {
  const expected = shrinkage(layers);
  const task = guessTask({
    label: { en: 'Factor:', zh: '倍数：' },
    ask: {
      en: 'Eight hidden layers of eight sigmoid nodes. In the backward pass, each layer multiplies by its slopes, and the slope of a sigmoid is at most 0.25. How many times smaller is the mean |dloss/dx| in the first hidden layer than in the last? The order of magnitude is enough.',
      zh: '八个隐藏层，每层八个 sigmoid 节点。往回传时，每一层都乘以它的 slope，而 sigmoid 的 slope 最大是 0.25。最后一个隐藏层的平均 |dloss/dx| 是第一个的多少倍？数量级对就行。',
    },
    explain: {
      en: `About ${times(expected)} ×. Each layer multiplies by slopes of at most 0.25, so |dloss/dx| shrinks exponentially from the last layer to the first: the first layer learns ${times(expected)} × more slowly.`,
      zh: `大约 ${times(expected)} 倍。每一层都乘以不超过 0.25 的 slope，梯度按指数缩小：第一层的学习速度只有最后一层的 1/${times(expected)}。`,
    },
    expected,
  });
  return {
    ...task,
    isGuess: false,
    check(typed) {
      const verdict = task.check(typed);
      if (!verdict.correct) return verdict;
      const guess = Math.abs(parseNumber(typed));
      const size = guess > 0 && guess < 1 ? 1 / guess : guess;
      const logRatio = Math.log10(size / expected);
      if (Math.abs(logRatio) <= 1) return { correct: true };
      return {
        correct: false,
        hint:
          logRatio < 0
            ? {
                en: 'Larger. From the last layer to the first there are seven steps; each multiplies by a slope of at most a quarter.',
                zh: '更大。从最后一层到第一层有七步；每一步乘以不超过四分之一的 slope。',
              }
            : {
                en: 'Smaller. Each node adds up eight contributions, which partly makes up for the small slopes.',
                zh: '没有那么大。每个节点把八条消息加起来，弥补了一部分。',
              },
      };
    },
  };
}

/** Writes a setting as an answer, such as `tanh glorotUniform 8`. */
export const settingAnswer = ({ activation, initializer, layers }: Setting): string =>
  `${activation} ${initializer} ${layers}`;

export function parseSetting(answer: string): Setting {
  const [activation, initializer, layers] = answer.split(' ');
  return {
    activation: activation in activations ? (activation as Setting['activation']) : start.activation,
    initializer: initializer in initializers ? (initializer as Setting['initializer']) : start.initializer,
    layers: Math.min(8, Math.max(1, Math.round(Number(layers)) || start.layers)),
  };
}

function repair(layersOf: VanishingExercise['layersOf']): SettingTask {
  const isRepaired = (setting: Setting) => setting.layers >= 6 && shrinkage(layersOf(setting)) <= 10;
  const solution = (['tanh', 'softsign', 'leakyRelu'] as const)
    .flatMap((activation) => [8, 7, 6].map((layers): Setting => ({ activation, initializer: 'glorotUniform', layers })))
    .find(isRepaired)!;
  return {
    kind: 'setting',
    ask: {
      en: 'Repair the network: change its activation g, its initial weights or its depth, until the first hidden layer receives at least a tenth as much as the last one. Keep at least six hidden layers.',
      zh: '修好这个网络：改变激活函数 g、初始权重或深度，使第一个隐藏层收到的至少是最后一个的十分之一。至少要保留六个隐藏层。',
    },
    explain: {
      en: 'A tanh has slope 1 at 0, four times that of a sigmoid, so a layer passes back about as much as it receives. Initial weights matter for the same reason: each layer multiplies by slope · w.',
      zh: 'tanh 在 0 处的 slope 是 1，是 sigmoid 的四倍，所以每层传回的与收到的差不多。初始权重同样重要：每层都乘以 slope · w。',
    },
    solution: settingAnswer(solution),
    check(answer) {
      const setting = parseSetting(answer);
      if (isRepaired(setting)) return { correct: true };
      if (setting.layers < 6) {
        return {
          correct: false,
          hint: {
            en: 'That only makes the network shallower: keep at least six hidden layers.',
            zh: '这只是变浅了，没有修好：至少要保留六个隐藏层。',
          },
        };
      }
      const ratio = shrinkage(layersOf(setting));
      if (!Number.isFinite(ratio)) {
        return {
          correct: false,
          hint: {
            en: 'At least one layer passes nothing back: all its slopes are 0.',
            zh: '至少有一层什么都没有传回：它的 slope 全是 0。',
          },
        };
      }
      return {
        correct: false,
        hint: {
          en: `The last layer still receives ${show(ratio)} times as much as the first. Which activation has a larger slope?`,
          zh: `最后一层收到的仍是第一层的 ${show(ratio)} 倍。哪个激活函数的 slope 更大？`,
        },
      };
    },
  };
}
