const en = {
  columns: (steps: number) => `The network unrolled over ${steps} ${steps === 1 ? 'step' : 'steps'}`,
  step: (t: number) => `t = ${t}`,
  before: (t: number) => `before: t = −${-t}`,
  inputAt: (id: string, t: number) => `input x_${id} at step ${t}`,
  targetAt: (id: string, t: number) => `target t_${id} at step ${t}`,
  terms: (name: string) => `${name} as a sum over time`,
  termSlider: 'Terms of the sum, from the last step back',
  termsOf: (termCount: number, all: number) => `${termCount} of ${all}`,
  stepColumn: 'Step',
  termColumn: 'Term',
  magnitudeColumn: 'Magnitude',
  valueColumn: 'Value',
  sumColumn: 'Sum so far',
  term: (name: string) => `${name}: term`,
  sumOfTerms: ', sum so far',
  complete: (name: string, value: string, targets: number) =>
    targets === 1
      ? `All terms have been added: ${name} = ${value}.`
      : `All terms have been added and divided by ${targets}, the number of steps with a target: ${name} = ${value}.`,
  missing: (count: number) =>
    count === 1
      ? 'The term of one earlier step has not been added yet.'
      : `The terms of ${count} earlier steps have not been added yet.`,
  noSum: 'Select the derivative with respect to a parameter to see it as a sum over time.',
  shared: 'All steps use the same b, c and weights. Dashed edges lead to a later step.',
  tooLarge: (nodes: number) =>
    `The unrolled network has ${nodes} nodes, too many to draw. Only the derivation is shown; choose fewer steps to see the network.`,
};

const zh: typeof en = {
  columns: (steps) => `展开 ${steps} 步的网络`,
  step: (t) => `t = ${t}`,
  before: (t) => `之前：t = −${-t}`,
  inputAt: (id, t) => `第 ${t} 步的输入 x_${id}`,
  targetAt: (id, t) => `第 ${t} 步的目标 t_${id}`,
  terms: (name) => `${name} 是各步之和`,
  termSlider: '和的各项，从最后一步往前',
  termsOf: (termCount, all) => `${termCount} / ${all}`,
  stepColumn: '步',
  termColumn: '项',
  magnitudeColumn: '大小',
  valueColumn: '值',
  sumColumn: '累计',
  term: (name) => `${name}：本步的项`,
  sumOfTerms: '，累计',
  complete: (name, value, targets) =>
    targets === 1
      ? `各项已全部相加：${name} = ${value}。`
      : `各项已全部相加，再除以有目标值的步数 ${targets}：${name} = ${value}。`,
  missing: (count) => `还有 ${count} 项（来自更早的步）没有加上。`,
  noSum: '选择一个参数的导数，即可看到它怎样由各步相加得到。',
  shared: '各步使用相同的 b、c 和权重。虚线边通向后面的步。',
  tooLarge: (nodes) => `展开后的网络有 ${nodes} 个节点，太多而无法画出，只显示推导。要显示网络，请减少步数。`,
};

export const messages = { en, zh };
