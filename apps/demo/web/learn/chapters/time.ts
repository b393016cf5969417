/** Chapter 9, delays: a node that reads its own previous value, unrolled over two steps. */
import { sigmoid } from '@nnbp/activations';
import { backpropagate, delayed, GraphBuilder, Network, Random, unroll } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { recurrentNode, recurrentSequence } from '../../recurrence.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { show } from '../show.js';
import { choiceTask, numberTask, type Task } from '../task.js';
import { inBothLanguages } from '../text.js';

/** Parameters of node 2, the input at each of the two steps, and the target at step 2. */
interface Numbers {
  readonly b: number;
  readonly c: number;
  /** Weights of the edge from node 1 and of the delayed edge from node 2 to itself. */
  readonly w: readonly [number, number];
  readonly inputs: readonly [number, number];
  readonly target: number;
}

export interface TimeExercise extends Exercise, ComputedSample {
  readonly numbers: Numbers;
  /** The terms of dloss/dw_1to2 at step 1 and at step 2. The derivative is their sum. */
  readonly terms: readonly [number, number];
  /** dloss/dw_1to2 by finite differences, with the weight changed at both steps. */
  readonly measured: number;
}

const example: Numbers = { ...recurrentNode, ...recurrentSequence };
const nudge = 1e-4;

export const time: Chapter<TimeExercise> = {
  name: 'time',
  title: { en: 'Why is a gradient through time a sum?', zh: '为什么沿时间的梯度是一个和？' },
  ability: { en: 'unroll a recurrence and differentiate through it', zh: '展开循环结构并求导' },
  exercise(seed) {
    if (seed === 0) return exerciseOf(example);
    const random = new Random(seed);
    for (;;) {
      const exercise = exerciseOf(randomNumbers(random));
      if (isUnambiguous(exercise)) return exercise;
    }
  },
};

function randomNumbers(random: Random): Numbers {
  const between = (low: number, high: number) => Math.round(20 * (low + (high - low) * random.uniform())) / 20;
  const signed = (low: number, high: number) => between(low, high) * (random.uniform() < 0.5 ? -1 : 1);
  return {
    b: signed(0.1, 0.4),
    c: between(1.2, 2.5),
    w: [signed(0.4, 1), signed(0.4, 1)],
    inputs: [signed(0.4, 1.2), signed(0.4, 1.2)],
    target: between(2, 4),
  };
}

/**
 * Creates the unrolled network, with shared parameters. `2@0` is node 2 at step 1, because ids number the steps from 0.
 * `2@-1` is the value of node 2 before step 1.
 */
function networkOf({ b, c, w }: Numbers): Network {
  const builder = new GraphBuilder();
  builder.input('1');
  builder.node('2', { from: ['1', delayed('2')], activation: sigmoid });
  builder.output('2');
  const network = new Network(unroll(builder.build(), 2, [1]));
  network.setParameters('2@0', { b, c, w: { '1@0': w[0], '2@-1': w[1] } });
  return network;
}

function exerciseOf(numbers: Numbers): TimeExercise {
  const { inputs, target, w } = numbers;
  const network = networkOf(numbers);
  const pass = backpropagate(network, [...inputs], [target], mse());
  const termAt = (step: 0 | 1) =>
    pass.cache.dLossDx(`2@${step}`) * pass.cache.slope(`2@${step}`) * pass.cache.x(`1@${step}`);
  const lossAt = (weight: number) =>
    (networkOf({ ...numbers, w: [weight, w[1]] }).predict([...inputs])[0] - target) ** 2;
  const exercise = {
    numbers,
    network,
    target,
    pass,
    terms: [termAt(0), termAt(1)] as const,
    measured: (lossAt(w[0] + nudge) - lossAt(w[0] - nudge)) / (2 * nudge),
  };
  return {
    ...exercise,
    tasks: [secondValue(exercise), earlierDerivative(exercise), sum(exercise), sumReason(exercise)],
  };
}

/** Whether none of the numbers to compute is close to 0, where a wrong answer could pass for the correct one. */
const isUnambiguous = ({ pass: { cache }, terms }: TimeExercise): boolean =>
  [cache.x('2@1'), cache.dLossDx('2@0'), ...terms, terms[0] + terms[1]].every((number) => Math.abs(number) > 0.05);

type Solved = Omit<TimeExercise, 'tasks'>;

function secondValue({ pass: { cache }, numbers: { b, c, w, inputs } }: Solved): Task {
  const g = (h: number) => sigmoid.value(h);
  const [input, previous] = [inputs[1], cache.x('2@0')];
  const x = cache.x('2@1');
  return numberTask({
    label: inBothLanguages('x_2(2)'),
    ask: {
      en: 'Node 2 reads node 1 and, through a delayed edge, its own value at the previous step. The unrolled graph contains node 2 once per step, with the same b, c and weights. Its value at step 1 was x_2(1). What is x_2(2), its value at step 2?',
      zh: '节点 2 读取节点 1，并通过一条延迟边读取自己上一步的值。展开之后，每一步都有一个节点 2，它们的 b、c 和权重相同。第 1 步得到 x_2(1)。第 2 步的值 x_2(2) 是多少？',
    },
    explain: {
      en: `h = b + w_1to2 · x_1(2) + w_2to2 · x_2(1) = ${show(cache.h('2@1'))}, and x_2(2) = c · g(h) = ${show(x)}. Unrolled, a delayed edge is an edge like any other.`,
      zh: `h = b + w_1to2 · x_1(2) + w_2to2 · x_2(1) = ${show(cache.h('2@1'))}，x_2(2) = c · g(h) = ${show(x)}。展开之后，延迟边和别的边没有区别。`,
    },
    expected: x,
    mistakes: [
      {
        value: c * g(b + w[0] * input),
        hint: { en: 'The memory is missing: w_2to2 · x_2(1).', zh: '少了记忆的部分：w_2to2 · x_2(1)。' },
      },
      {
        value: c * g(b + w[1] * previous),
        hint: { en: 'The input of step 2 is missing: w_1to2 · x_1(2).', zh: '少了第 2 步的输入：w_1to2 · x_1(2)。' },
      },
      { value: x / c, hint: { en: 'That is g(h); c_2 is missing.', zh: '这是 g(h)；少了 c_2。' } },
      {
        value: cache.h('2@1'),
        hint: { en: 'That is h. The sigmoid and c_2 come after it.', zh: '这是 h，后面还有 sigmoid 和 c_2。' },
      },
      {
        value: c * g(b + w[0] * inputs[0] + w[1] * previous),
        hint: {
          en: 'That is the input of step 1: step 2 has its own.',
          zh: '这是第 1 步的输入：第 2 步有自己的输入。',
        },
      },
    ],
  });
}

function earlierDerivative({ pass: { cache }, numbers: { w } }: Solved): Task {
  const [last, slope] = [cache.dLossDx('2@1'), cache.slope('2@1')];
  const expected = cache.dLossDx('2@0');
  return numberTask({
    label: inBothLanguages('dloss/dx_2(1)'),
    ask: {
      en: 'Only step 2 has a target, so case 1 gives dloss/dx_2(2). Step 1 still matters, because its value was passed on to step 2. Which case applies to step 1, and what is dloss/dx_2(1)?',
      zh: '只有第 2 步有目标，所以场景 1 给出 dloss/dx_2(2)。第 1 步仍然有影响：它的值传给了第 2 步。这是哪个场景？dloss/dx_2(1) 是多少？',
    },
    explain: {
      en: `Case 2, one successor: dloss/dx_2(2) · slope_2(2) · w_2to2 = ${show(expected)}. The message goes backward in time along the delayed edge.`,
      zh: `场景 2，一个后继：dloss/dx_2(2) · slope_2(2) · w_2to2 = ${show(expected)}。消息沿着延迟边，在时间上往回走了一步。`,
    },
    expected,
    mistakes: [
      { value: last * w[1], hint: { en: 'slope_2 of step 2 is missing.', zh: '少了第 2 步的 slope_2。' } },
      { value: last * slope, hint: { en: 'The weight w_2to2 is missing.', zh: '少了权重 w_2to2。' } },
      {
        value: last * cache.slope('2@0') * w[1],
        hint: {
          en: 'That is the slope of step 1. The message passes through node 2 at step 2.',
          zh: '这是第 1 步的 slope。消息经过的是第 2 步的节点 2。',
        },
      },
      {
        value: last * slope * w[0],
        hint: {
          en: 'w_1to2 leads to node 1. The message goes back in time along w_2to2.',
          zh: 'w_1to2 通向节点 1。消息沿 w_2to2 在时间上往回走。',
        },
      },
      {
        value: last,
        hint: { en: 'That is dloss/dx_2(2), one step later.', zh: '这是 dloss/dx_2(2)，晚了一步。' },
      },
    ],
  });
}

function sum({ terms, numbers, pass: { cache } }: Solved): Task {
  const expected = terms[0] + terms[1];
  const factors = (step: 1 | 2) => `dloss/dx_2(${step}) · slope_2(${step}) · x_1(${step})`;
  return numberTask({
    label: inBothLanguages('dloss/dw_1to2'),
    ask: {
      en: 'w_1to2 is one weight, used at both steps. Case 3 applies at each: dloss/dx_2 · slope_2 · x_1. What is dloss/dw_1to2?',
      zh: 'w_1to2 是一个权重，两步都用到它。场景 3 在每一步都成立：dloss/dx_2 · slope_2 · x_1。dloss/dw_1to2 是多少？',
    },
    explain: {
      en: `${factors(1)} = ${show(terms[0])}, ${factors(2)} = ${show(terms[1])}. Their sum is ${show(expected)}: changing w_1to2 changes both uses at once.`,
      zh: `${factors(1)} = ${show(terms[0])}，${factors(2)} = ${show(terms[1])}。它们的和是 ${show(expected)}：改变 w_1to2，两处就同时改变。`,
    },
    expected,
    mistakes: [
      {
        value: terms[1],
        hint: {
          en: 'That is step 2 alone. The weight was used at step 1, too.',
          zh: '这只是第 2 步。第 1 步也用了这个权重。',
        },
      },
      {
        value: terms[0],
        hint: {
          en: 'That is step 1 alone. The weight was used at step 2, too.',
          zh: '这只是第 1 步。第 2 步也用了这个权重。',
        },
      },
      {
        value: expected / 2,
        hint: { en: 'Add up, do not average: both uses change together.', zh: '要相加，不是平均：两处同时改变。' },
      },
      {
        value: terms[0] * terms[1],
        hint: {
          en: 'The two steps add up; only factors on the same path are multiplied.',
          zh: '两步相加；只有同一条路径上的才相乘。',
        },
      },
      {
        value: cache.dLossDx('2@1') * cache.slope('2@1') * numbers.inputs[0] + terms[0],
        hint: { en: 'Step 2 has its own input x_1(2).', zh: '第 2 步有自己的输入 x_1(2)。' },
      },
    ],
  });
}

function sumReason({ terms, measured }: Solved): Task {
  return choiceTask({
    ask: {
      en: `Measured by small changes to w_1to2, dloss/dw_1to2 is ${show(measured)}: the sum of both terms, not the term of step 2 alone (${show(terms[1])}). Why do the terms add up?`,
      zh: `微调 w_1to2 来测量，dloss/dw_1to2 为 ${show(measured)}：是两步的和，而不只是第 2 步（${show(terms[1])}）。为什么要把各步相加？`,
    },
    explain: {
      en: 'A shared parameter is like a node with several successors: every use is on a path to the loss, and paths add up. With many steps, each term has one more factor slope · w_2to2 per step back, which is why gradients of long sequences vanish or explode.',
      zh: '共享参数就像有多个后继：每一处使用都是通向损失的一条路，各条路相加。步数多时，每往回一步就多乘一个 slope · w_2to2，所以长序列的梯度会消失或爆炸。',
    },
    correct: 'uses',
    options: [
      {
        name: 'mean',
        text: { en: 'The loss is a mean over the steps', zh: '损失是各步的平均' },
        hint: {
          en: 'Only step 2 has a target here: the loss has one term, the gradient two.',
          zh: '这里只有第 2 步有目标：损失只有一项，梯度却有两项。',
        },
      },
      {
        name: 'uses',
        text: {
          en: 'One weight has two uses that change the loss',
          zh: '同一个权重用了两次，每次都影响损失',
        },
      },
      {
        name: 'weights',
        text: { en: 'Every step has its own weight', zh: '每一步有自己的权重' },
        hint: {
          en: 'Then there would be two derivatives, one per weight. Unrolling copies the node, not its parameters.',
          zh: '那样就会有两个导数，每个权重一个。展开时复制的是节点，不是参数。',
        },
      },
      {
        name: 'long',
        text: { en: 'The path through step 1 is longer', zh: '经过第 1 步的路径更长' },
        hint: {
          en: 'A longer path has more factors, but it is still only one term.',
          zh: '路径更长，因子更多，但仍然只是一项。',
        },
      },
    ],
  });
}
