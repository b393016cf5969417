/** Chapter 3, case 2: dloss/dx of a node that is not an output is the sum of the messages from its successors. */
import { articleExercise, message } from '../article-exercise.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { show } from '../show.js';
import { numberTask, picked, type PickTask, type Task } from '../task.js';
import { inBothLanguages } from '../text.js';

export interface SuccessorsExercise extends Exercise, ComputedSample {}

export const successors: Chapter<SuccessorsExercise> = {
  name: 'successors',
  title: { en: 'Why blame node 4? And node 2?', zh: '为什么怪节点 4？节点 2 呢？' },
  ability: { en: 'sum over successors', zh: '对所有后继节点求和' },
  exercise(seed) {
    const sample = articleExercise(seed);
    return { ...sample, tasks: [exchangeRate(sample), oneSuccessor(sample), collect(sample), sum(sample)] };
  },
};

function exchangeRate({ network, pass: { cache } }: ComputedSample): Task {
  const w = network.getParameters('7').w['4'];
  const slope = cache.slope('7');
  return numberTask({
    label: inBothLanguages('dx_7/dx_4'),
    ask: {
      en: `How much does x_7 change per unit of x_4? One unit of x_4 changes h_7 by w_4to7, and x_7 changes by slope_7 (the slope of the tangent) per unit of h_7. Drag the point to h_7 = ${show(cache.h('7'))} to read slope_7.`,
      zh: `x_4 每变化一个单位，x_7 变化多少？x_4 每变化一个单位，h_7 变化 w_4to7；h_7 每变化一个单位，x_7 变化 slope_7，即切线的斜率。把点拖到 h_7 = ${show(cache.h('7'))}，读出 slope_7。`,
    },
    explain: {
      en: `dx_7/dx_4 = slope_7 · w_4to7 = ${show(slope)} · ${show(w)} = ${show(slope * w)}. It is the exchange rate of the edge from 4 to 7: x_7 changes by this much per unit of x_4.`,
      zh: `dx_7/dx_4 = slope_7 · w_4to7 = ${show(slope)} · ${show(w)} = ${show(slope * w)}。这是边 4→7 的“汇率”：x_4 变化一个单位，x_7 就变化这么多。`,
    },
    expected: slope * w,
    mistakes: [
      { value: w, hint: { en: 'That is w_4to7 only: slope_7 is missing.', zh: '这只是 w_4to7：少了 slope_7。' } },
      { value: slope, hint: { en: 'That is slope_7 only: w_4to7 is missing.', zh: '这只是 slope_7：少了 w_4to7。' } },
      {
        value: cache.slope('4') * w,
        hint: {
          en: 'Use the slope of node 7, where the change arrives, not that of node 4.',
          zh: '要用节点 7 的 slope（变化到达的地方），不是节点 4 的。',
        },
      },
    ],
  });
}

function oneSuccessor(sample: ComputedSample): Task {
  const { network, pass } = sample;
  const { cache } = pass;
  const expected = cache.dLossDx('4');
  const w = network.getParameters('7').w['4'];
  return numberTask({
    label: inBothLanguages('dloss/dx_4'),
    ask: {
      en: 'Node 4 affects the loss through node 7 only. So dloss/dx_4 is dloss/dx_7 times the exchange rate dx_7/dx_4 of the edge, which you have just computed. What is dloss/dx_4?',
      zh: '节点 4 只通过节点 7 影响损失。所以 dloss/dx_4 等于 dloss/dx_7 乘以这条边的“汇率” dx_7/dx_4，也就是刚才算出的数。dloss/dx_4 是多少？',
    },
    explain: {
      en: `Case 2, a node that is not an output: dloss/dx_4 = dloss/dx_7 · slope_7 · w_4to7 = ${show(cache.dLossDx('7'))} · ${show(cache.slope('7'))} · ${show(w)} = ${show(expected)}.`,
      zh: `场景 2，不是输出的节点：dloss/dx_4 = dloss/dx_7 · slope_7 · w_4to7 = ${show(cache.dLossDx('7'))} · ${show(cache.slope('7'))} · ${show(w)} = ${show(expected)}。`,
    },
    expected,
    mistakes: [
      {
        value: cache.dLossDx('7') * w,
        hint: {
          en: 'slope_7 is missing: how x_7 changes per unit of h_7.',
          zh: '少了 slope_7：h_7 每变化一个单位，x_7 的变化量。',
        },
      },
      {
        value: cache.dLossDx('7') * cache.slope('7'),
        hint: { en: 'The weight w_4to7 is missing.', zh: '少了权重 w_4to7。' },
      },
      {
        value: cache.dLossDx('7') * cache.slope('4') * w,
        hint: { en: 'Use the slope of node 7, not that of node 4.', zh: '要用节点 7 的 slope，不是节点 4 的。' },
      },
      {
        value: cache.slope('7') * w,
        hint: { en: 'That is the exchange rate: dloss/dx_7 is missing.', zh: '这是“汇率”：少了 dloss/dx_7。' },
      },
    ],
  });
}

/** Names of the messages that node 2 receives, and of others that it does not. */
const received = ['4to2', '5to2', '6to2'];
const others = ['7to4', '7to5', '7to6', '4to3', '5to3', '6to3'];

function collect(sample: ComputedSample): PickTask {
  const values = received.map((name) => show(message(sample, name[0], '2')));
  return {
    kind: 'pick',
    count: received.length,
    options: [...others, ...received],
    ask: {
      en: 'The successors of a node are the nodes that read it. Each successor j sends a message back to it: dloss/dx_j · slope_j · w. The picture shows the messages. Select those that node 2 receives.',
      zh: '读取某个节点的那些节点是它的后继。每个后继 j 都往回传给它一条消息：dloss/dx_j · slope_j · w。图中画出了这些消息。请选出节点 2 收到的那些。',
    },
    explain: {
      en: `The successors of node 2 are nodes 4, 5 and 6. Each sends a message back: ${values.join(', ')}.`,
      zh: `节点 2 通向节点 4、5、6，它们各自传回一条消息：${values.join('，')}。`,
    },
    solution: received.join(' '),
    check(answer) {
      const names = picked(answer);
      const wrong = names.find((name) => !received.includes(name));
      if (wrong !== undefined) {
        const [from, to] = wrong.split('to');
        return {
          correct: false,
          hint: {
            en: `The message from ${from} goes to node ${to}, not to node 2.`,
            zh: `来自 ${from} 的这条消息去往节点 ${to}，不是节点 2。`,
          },
        };
      }
      if (names.length === received.length) return { correct: true };
      return {
        correct: false,
        hint: {
          en: 'Node 2 has another successor. Count its outgoing edges.',
          zh: '节点 2 还有别的后继。数一数它的出边。',
        },
      };
    },
  };
}

function sum(sample: ComputedSample): Task {
  const { cache } = sample.pass;
  const expected = cache.dLossDx('2');
  const parts = received.map((name) => message(sample, name[0], '2'));
  return numberTask({
    label: inBothLanguages('dloss/dx_2'),
    ask: {
      en: 'Node 2 affects the loss along three paths at once, so the messages that come back along them add up. What is dloss/dx_2?',
      zh: '节点 2 同时沿三条路影响损失，所以沿这三条路传回来的消息要相加。dloss/dx_2 是多少？',
    },
    explain: {
      en: `${parts.map((part, k) => (k === 0 ? show(part) : `${part < 0 ? '−' : '+'} ${show(Math.abs(part))}`)).join(' ')} = ${show(expected)}. Case 2 is this sum over all successors, for every node that is not an output.`,
      zh: `${parts.map((part, k) => (k === 0 ? show(part) : `${part < 0 ? '−' : '+'} ${show(Math.abs(part))}`)).join(' ')} = ${show(expected)}。场景 2 就是这样对所有后继求和，适用于每个不是输出的节点。`,
    },
    expected,
    mistakes: [
      ...parts.map((part, k) => ({
        value: expected - part,
        hint: {
          en: `The message from node ${received[k][0]} is missing.`,
          zh: `少了来自节点 ${received[k][0]} 的消息。`,
        },
      })),
      {
        value: parts.reduce((total, part) => total + Math.abs(part), 0),
        hint: { en: 'Keep the signs: messages can cancel.', zh: '保留正负号：各条消息可以互相抵消。' },
      },
      {
        value: expected / 3,
        hint: { en: 'It is a sum, not a mean.', zh: '是求和，不是求平均。' },
      },
      {
        value: parts.reduce((total, part) => total * part, 1),
        hint: {
          en: 'Contributions of several paths add up; along one path, factors multiply.',
          zh: '几条路之间相加；一条路上的各项才相乘。',
        },
      },
    ],
  });
}
