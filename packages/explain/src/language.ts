/** The words around the formulas, in each language. The formulas are the same in all. */

/** A language that derivations are written in. */
export type Language = 'en' | 'zh';

/** What is said between formulas. */
export interface Words {
  /** Where targets are standardized. */
  readonly standardized: string;
  readonly backward: string;
  readonly forward: string;
  /** The three cases, named… */
  readonly cases: Readonly<Record<1 | 2 | 3, string>>;
  /** …and in a sentence each. */
  readonly meaning: Readonly<Record<1 | 2 | 3, string>>;
  /** After a number that was derived further up. */
  readonly reused: string;
  /** After a number whose derivation is left out. */
  readonly unfollowed: string;
  /** In place of the terms of so many summands. */
  leftOut(summands: number): string;
  /** Where the list of forward steps is not whole. */
  readonly cut: string;
}

/** By language. */
export const words: Readonly<Record<Language, Words>> = {
  en: {
    standardized: 'Targets and loss are in standardized units.',
    backward: 'Backward, from what is asked to the loss',
    forward: 'Forward, where x, g and h come from',
    cases: { 1: 'case 1', 2: 'case 2', 3: 'case 3' },
    meaning: {
      1: 'the value of an output: the loss alone decides',
      2: 'the value of any other node: through its successors, added up',
      3: 'inside the node, once the derivative of its value is known',
    },
    reused: 'reused',
    unfollowed: 'not followed here',
    leftOut: (summands) => `${summands} more summands, not followed here`,
    cut: 'earlier steps are left out',
  },
  zh: {
    standardized: '目标值 t 与 loss 按标准化后的单位计算。',
    backward: '反向：从所求一直推到 loss',
    forward: '正向：x、g、h 从何而来',
    cases: { 1: '场景 1', 2: '场景 2', 3: '场景 3' },
    meaning: {
      1: '输出节点的值：只由 loss 决定',
      2: '其他节点的值：经由各后继节点，相加',
      3: '已知节点值的导数后，只看节点内部',
    },
    reused: '复用',
    unfollowed: '此处不展开',
    leftOut: (summands) => `另有 ${summands} 项，此处不展开`,
    cut: '更早的步骤从略',
  },
};
