/** Chapter 1, the forward pass of one node: h = b + Σ w · x, then x = c · g(h). */
import { articleExercise, g } from '../article-exercise.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { show } from '../show.js';
import { numberTask, type Task } from '../task.js';
import { inBothLanguages } from '../text.js';

export interface ForwardExercise extends Exercise, ComputedSample {}

export const forward: Chapter<ForwardExercise> = {
  name: 'forward',
  title: { en: 'How does node 4 compute x_4 from x_2 and x_3?', zh: '节点 4 怎样用 x_2、x_3 算 x_4？' },
  ability: { en: 'compute the value of any node', zh: '计算任意节点的值' },
  exercise(seed) {
    const sample = articleExercise(seed);
    return { ...sample, tasks: [preActivation(sample), value(sample)] };
  },
};

function preActivation({ network, pass: { cache } }: ComputedSample): Task {
  const { b = 0, w } = network.getParameters('4');
  const [x2, x3] = [cache.x('2'), cache.x('3')];
  const h = cache.h('4');
  return numberTask({
    label: inBothLanguages('h_4'),
    ask: {
      en: 'Values flow from the input, node 1, to the output, node 7. Node 4 adds up its bias b_4 and each incoming value times the weight of its edge. The sum is called h_4. Compute it from the numbers in the graph.',
      zh: '数值从输入（节点 1）流向输出（节点 7）。节点 4 求和：自己的偏置 b_4，再加上每个输入值乘以所在边的权重 w。这个和叫作 h_4。请用图中的数字算出它。',
    },
    explain: {
      en: `h_4 = b_4 + w_2to4 · x_2 + w_3to4 · x_3 = ${show(h)}. Nodes 2 and 3 contribute nothing but their values: b, c and the weights all belong to node 4.`,
      zh: `h_4 = b_4 + w_2to4 · x_2 + w_3to4 · x_3 = ${show(h)}。节点 2 和 3 只提供自己的值：b、c 和权重都属于节点 4。`,
    },
    expected: h,
    mistakes: [
      {
        value: h - b,
        hint: { en: 'The bias b_4 is missing from the sum.', zh: '和里少了偏置 b_4。' },
      },
      {
        value: b + w['2'] * x3 + w['3'] * x2,
        hint: {
          en: 'The weights are swapped: w_2to4 belongs to x_2, w_3to4 to x_3.',
          zh: '两个权重弄反了：w_2to4 对应 x_2，w_3to4 对应 x_3。',
        },
      },
      {
        value: b + x2 + x3,
        hint: { en: 'Each value is multiplied by its weight first.', zh: '每个值要先乘以对应的权重。' },
      },
      {
        value: b + w['2'] * x2,
        hint: { en: 'That is only the contribution of node 2: x_3 is missing.', zh: '这只有节点 2 的部分：少了 x_3。' },
      },
      {
        value: b + w['3'] * x3,
        hint: { en: 'That is only the contribution of node 3: x_2 is missing.', zh: '这只有节点 3 的部分：少了 x_2。' },
      },
      {
        value: b + Math.abs(w['2']) * x2 + Math.abs(w['3']) * x3,
        hint: { en: 'At least one weight is negative: keep its sign.', zh: '有的权重是负数：不要丢掉负号。' },
      },
      {
        value: g(h),
        hint: { en: 'That is g(h_4). The sum comes before the sigmoid.', zh: '这是 g(h_4)。求和在 sigmoid 之前。' },
      },
    ],
  });
}

function value({ network, pass: { cache } }: ComputedSample): Task {
  const { c = 1 } = network.getParameters('4');
  const h = cache.h('4');
  const x = cache.x('4');
  return numberTask({
    label: inBothLanguages('x_4'),
    ask: {
      en: `Now h_4 = ${show(h)} goes through the sigmoid g, whose value is always between 0 and 1. Drag the point along the curve to h_4 and read g(h_4) there. The node passes on x_4 = c_4 · g(h_4), scaled by c_4. What is x_4?`,
      zh: `现在 h_4 = ${show(h)} 要经过 sigmoid 函数 g，它把任何数变成 0 和 1 之间的数。把点沿曲线拖到 h_4，读出 g(h_4)。节点再乘以自己的系数 c_4，传出 x_4 = c_4 · g(h_4)。x_4 是多少？`,
    },
    explain: {
      en: `x_4 = c_4 · g(h_4) = ${show(c)} · ${show(cache.g('4'))} = ${show(x)}. Every node performs these three steps: add up, apply an activation function such as the sigmoid, scale.`,
      zh: `x_4 = c_4 · g(h_4) = ${show(c)} · ${show(cache.g('4'))} = ${show(x)}。每个节点都做这三步：相加、经过激活函数（例如 sigmoid）、缩放。`,
    },
    expected: x,
    mistakes: [
      {
        value: cache.g('4'),
        hint: { en: 'That is g(h_4): c_4 is missing.', zh: '这是 g(h_4)：少乘了 c_4。' },
      },
      {
        value: c * h,
        hint: { en: 'That is c_4 · h_4: the sigmoid is missing.', zh: '这是 c_4 · h_4：漏了 sigmoid。' },
      },
      {
        value: g(c * h),
        hint: { en: 'c_4 is applied after the sigmoid, not inside it.', zh: 'c_4 在 sigmoid 之后相乘，不在它里面。' },
      },
      {
        value: c + cache.g('4'),
        hint: { en: 'c_4 is a factor, not a summand.', zh: 'c_4 是乘数，不是加数。' },
      },
    ],
  });
}
