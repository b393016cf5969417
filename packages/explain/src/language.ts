/** The text around the formulas, in English and Chinese. */

/** Language of a written derivation. */
export type Language = 'en' | 'zh';

export interface Words {
  /** The note shown if targets are standardized. */
  readonly standardized: string;
  readonly backward: string;
  readonly forward: string;
  /** The names of the three kinds of derivatives: case 1 (an output), case 2 (any other node), case 3 (a parameter). */
  readonly cases: Readonly<Record<1 | 2 | 3, string>>;
  /** Separates a case from its explanation. */
  readonly colon: string;
  readonly meaning: Readonly<Record<1 | 2 | 3, string>>;
  /** Marks a number that was derived above. */
  readonly reused: string;
  /** Marks a number whose derivation is omitted. */
  readonly notExpanded: string;
  omittedTerms(count: number): string;
  /** Text in place of omitted forward steps. */
  readonly omittedSteps: string;
}

export const words: Readonly<Record<Language, Words>> = {
  en: {
    standardized: 'Targets and loss are in standardized units.',
    backward: 'Backward: from the requested quantity to the loss',
    forward: 'Forward: how x, g and h are computed',
    cases: { 1: 'case 1', 2: 'case 2', 3: 'case 3' },
    colon: ': ',
    meaning: {
      1: 'dloss/dx of an output: differentiate the loss',
      2: 'dloss/dx of any other node: sum over its successors',
      3: 'derivatives inside a node: b, c, w and slope',
    },
    reused: 'reused',
    notExpanded: 'not expanded',
    omittedTerms: (count) => `${count} more ${count === 1 ? 'term' : 'terms'}, not expanded`,
    omittedSteps: 'earlier steps omitted',
  },
  zh: {
    standardized: '目标值 t 与 loss 均为标准化后的值。',
    backward: '反向：从所求的量推导到 loss',
    forward: '正向：x、g、h 的计算过程',
    cases: { 1: '场景 1', 2: '场景 2', 3: '场景 3' },
    colon: '：',
    meaning: {
      1: '输出节点的 dloss/dx：直接对 loss 求导',
      2: '其他节点的 dloss/dx：对所有后继节点求和',
      3: '节点内部：b、c、w 与 slope',
    },
    reused: '复用',
    notExpanded: '此处不展开',
    omittedTerms: (count) => `另有 ${count} 项，此处不展开`,
    omittedSteps: '更早的步骤从略',
  },
};
