/** Chapter 4, case 3: the parameters of a node whose dloss/dx is known. */
import { articleExercise, g } from '../article-exercise.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { show } from '../show.js';
import { choiceTask, numberTask, picked, type PickTask, type Task } from '../task.js';
import { inBothLanguages } from '../text.js';

export interface ParametersExercise extends Exercise, ComputedSample {
  /** dloss/dw_2to4 by finite differences, with w_2to4 changed by ±`nudge`. */
  readonly measured: number;
}

export const nudge = 1e-4;

export const parameters: Chapter<ParametersExercise> = {
  name: 'parameters',
  title: { en: 'How does the loss depend on the weight w_2to4?', zh: '损失怎样随权重 w_2to4 变化？' },
  ability: { en: 'find the derivatives with respect to b, c and w at any node', zh: '求任何节点的 b、c、w 的导数' },
  exercise(seed) {
    const sample = articleExercise(seed);
    const measured = measure(sample);
    return { ...sample, measured, tasks: [factors(sample), product(sample), followUp(sample, measured)] };
  },
};

/** Measures dloss/dw_2to4. In a central finite difference, the effect of the loss's curvature cancels. */
function measure({ network, target, pass }: ComputedSample): number {
  const { graph, parameters } = network;
  const i = graph.indexOf('4');
  const index = graph.weightIndex(graph.edgeStart[i], i);
  const before = parameters.vector[index];
  const input = [pass.cache.x('1')];
  const lossAt = (w: number) => {
    parameters.vector[index] = w;
    return (network.predict(input)[0] - target) ** 2;
  };
  const measured = (lossAt(before + nudge) - lossAt(before - nudge)) / (2 * nudge);
  parameters.vector[index] = before;
  return measured;
}

/** The quantities whose product is dloss/dw_2to4. */
const needed = ['dloss/dx_4', 'slope_4', 'x_2'];

function factors(_: ComputedSample): PickTask {
  const hints: Readonly<Record<string, { en: string; zh: string }>> = {
    h_4: { en: 'h_4 is already included in slope_4.', zh: 'h_4 已经包含在 slope_4 里。' },
    x_4: {
      en: 'x_4 is the output of the node. The weight multiplies an input.',
      zh: 'x_4 是节点输出的值。权重乘的是输入的值。',
    },
    x_3: { en: 'w_2to4 does not multiply x_3: look at its edge.', zh: 'w_2to4 与 x_3 无关：看看它在哪条边上。' },
    'dloss/dx_7': { en: 'dloss/dx_7 is already included in dloss/dx_4.', zh: 'dloss/dx_7 已经包含在 dloss/dx_4 里。' },
    slope_7: { en: 'slope_7 is already included in dloss/dx_4.', zh: 'slope_7 已经包含在 dloss/dx_4 里。' },
  };
  return {
    kind: 'pick',
    count: needed.length,
    options: [...needed, ...Object.keys(hints)],
    ask: {
      en: 'Learning changes b, c and w, so it needs the derivatives with respect to them. dloss/dx_4 is known. The weight w_2to4 acts inside node 4 only. Pick the three numbers whose product is dloss/dw_2to4.',
      zh: '学习就是改变参数 b、c、w，所以需要它们的导数。dloss/dx_4 已知。权重 w_2to4 只在节点 4 内部起作用。请选出乘积等于 dloss/dw_2to4 的三个数。',
    },
    explain: {
      en: 'Case 3, a parameter: dloss/dw_2to4 = dloss/dx_4 · slope_4 · x_2. Changing the weight changes h_4 at the rate x_2, changing h_4 changes x_4 at the rate slope_4, and changing x_4 changes the loss at the rate dloss/dx_4.',
      zh: '场景 3，参数：dloss/dw_2to4 = dloss/dx_4 · slope_4 · x_2。x_2 表示 h_4 随权重的变化率，slope_4 表示 x_4 随 h_4 的变化率，dloss/dx_4 表示损失随 x_4 的变化率。',
    },
    solution: needed.join(' '),
    check(answer) {
      const names = picked(answer);
      const wrong = names.find((name) => !needed.includes(name));
      if (wrong !== undefined) return { correct: false, hint: hints[wrong] };
      if (names.length === needed.length) return { correct: true };
      return {
        correct: false,
        hint: {
          en: 'Follow the effect of the weight: how does it change h_4, how does h_4 change x_4, how does x_4 change the loss?',
          zh: '跟着权重的影响走：它怎样改变 h_4？h_4 怎样改变 x_4？x_4 怎样改变损失？',
        },
      };
    },
  };
}

function product({ network, pass: { cache, gradients } }: ComputedSample): Task {
  const { c = 1 } = network.getParameters('4');
  const slope = cache.slope('4');
  const [d, x] = [cache.dLossDx('4'), cache.x('2')];
  const expected = gradients.of('4').w['2'];
  const atX = g(cache.x('4'));
  return numberTask({
    label: inBothLanguages('dloss/dw_2to4'),
    ask: {
      en: 'Multiply them: what is dloss/dw_2to4?',
      zh: '把它们乘起来：dloss/dw_2to4 是多少？',
    },
    explain: {
      en: `${show(d)} · ${show(slope)} · ${show(x)} = ${show(expected)}. For b_4, leave out x_2. For c_4, use g(h_4) instead of slope_4 · x_2.`,
      zh: `${show(d)} · ${show(slope)} · ${show(x)} = ${show(expected)}。对 b_4，去掉 x_2；对 c_4，用 g(h_4) 代替 slope_4 · x_2。`,
    },
    expected,
    mistakes: [
      { value: d * x, hint: { en: 'slope_4 is missing.', zh: '少了 slope_4。' } },
      {
        value: expected / c,
        hint: { en: 'c_4 is missing: slope_4 = c_4 · g′(h_4).', zh: '少了 c_4：slope_4 = c_4 · g′(h_4)。' },
      },
      {
        value: d * c * atX * (1 - atX) * x,
        hint: {
          en: 'The slope was evaluated at x_4. It must be evaluated at h_4: g(h_4) · (1 − g(h_4)).',
          zh: 'slope 取在了 x_4 处，应当取在 h_4 处：g(h_4) · (1 − g(h_4))。',
        },
      },
      { value: d * slope, hint: { en: 'x_2 is missing: that is dloss/db_4.', zh: '少了 x_2：这是 dloss/db_4。' } },
      {
        value: d * slope * cache.x('3'),
        hint: {
          en: 'That is dloss/dw_3to4: the weight from node 2 multiplies x_2.',
          zh: '这是 dloss/dw_3to4：来自节点 2 的权重乘的是 x_2。',
        },
      },
      { value: slope * x, hint: { en: 'dloss/dx_4 is missing.', zh: '少了 dloss/dx_4。' } },
    ],
  });
}

function followUp({ pass: { cache, gradients } }: ComputedSample, measured: number): Task {
  const wrong = cache.dLossDx('4') * cache.x('2');
  return choiceTask({
    ask: {
      en: `The program in the article's follow-up computes dloss/dw as dw = dloss_dx * source.x. It gives ${show(wrong)}. Finite differences, which change the weight slightly in both directions, give ${show(measured)}. What is missing from the program?`,
      zh: `文章续篇的程序这样计算 dloss/dw：dw = dloss_dx * source.x。它得到 ${show(wrong)}；把权重向两边微调，用有限差分测得 ${show(measured)}。程序里少了什么？`,
    },
    explain: {
      en: `The slope is missing: ${show(wrong)} · ${show(cache.slope('4'))} = ${show(gradients.of('4').w['2'])}. Omitting it is correct only where the slope is 1, as in a node without a sigmoid and with c = 1.`,
      zh: `少了 slope：${show(wrong)} · ${show(cache.slope('4'))} = ${show(gradients.of('4').w['2'])}。只有在 slope 为 1 的地方（没有 sigmoid 且 c = 1 的节点）才能省掉它。`,
    },
    correct: 'slope',
    options: [
      {
        name: 'sum',
        text: { en: 'The sum over successors', zh: '对后继的求和' },
        hint: { en: 'That sum is already included in dloss_dx.', zh: '这个和已经在 dloss_dx 里了。' },
      },
      { name: 'slope', text: { en: 'The slope of the node', zh: '节点的 slope' } },
      {
        name: 'sign',
        text: { en: 'A minus sign', zh: '一个负号' },
        hint: { en: 'Both numbers have the same sign.', zh: '两个数的符号相同。' },
      },
      {
        name: 'bias',
        text: { en: 'The bias', zh: '偏置' },
        hint: {
          en: 'The bias is added: it does not change how the loss depends on w.',
          zh: '偏置是加上去的：它不改变损失随 w 的变化方式。',
        },
      },
    ],
  });
}
