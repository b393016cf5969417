const en = {
  modes: { own: 'Your network', article: "The article's numbers", break: 'Break it' },
  modeTasks: {
    own: 'Every derivative in a network is one of three cases. Select any number to see where it comes from; change any number, and all of it follows.',
    article: 'The output node as the article reckons it, number by number, and where the text slips.',
    break: 'Make a mistake on purpose, and see what is counted twice, lost, or computed again.',
  },
  chooseMode: 'What to look at',
  restore: "Back to the article's network",
  sample: 'Sample',
  loss: 'Loss',
  lossNow: 'loss',
  node: 'Node',
  asked: 'What is asked',
  inputOf: (id: string) => `input x_${id}`,
  targetOf: (id: string) => `target t_${id}`,
  graph: 'The network, with what each node keeps',
  unknown: 'not yet known',
  select: (name: string, value: string) => `${name} = ${value}. Show where it comes from`,
  assumed: 'given',
  steps: {
    title: 'Step by step',
    slider: 'Steps taken',
    first: 'To the beginning',
    back: 'One step back',
    play: 'Play',
    pause: 'Pause',
    forward: 'One step forward',
    last: 'To the end',
    of: (step: number, all: number) => `Step ${step} of ${all}`,
    none: 'Nothing is known yet but the parameters. Take a step.',
    forwardAt: (node: string) => `Forward, node ${node}: its value.`,
    inputAt: (node: string) => `Forward, node ${node}: an input, its value comes from the data.`,
    caseAt: {
      1: (node: string) => `Backward, node ${node}: the loss alone decides.`,
      2: (node: string) => `Backward, node ${node}: what its successors hand back, added up.`,
      3: (node: string) => `Backward, node ${node}: look inside the node only.`,
    },
    reads: (names: string) => `reads ${names}`,
    readsNothing: 'reads no kept number',
  },
  cases: { 1: 'case 1', 2: 'case 2', 3: 'case 3', forward: 'forward' },
  legend: {
    1: 'an output: the loss alone decides',
    2: 'any other value: through its successors, added up',
    3: 'inside the node, once the derivative of its value is known',
  },
  derivation: 'Where it comes from',
  states: { computed: 'computed', reused: 'reused' },
  stateTitles: {
    computed: 'Here this number is needed for the first time: it is computed, and kept.',
    reused: 'This number stands further up already: it is taken from the cache.',
  },
  open: (name: string) => `Show where ${name} comes from`,
  close: (name: string) => `Hide where ${name} comes from`,
  more: (count: number) => `${count} more`,
  nudge: (parameter: string) =>
    `Measured instead of derived: nudge ${parameter} a little both ways, and the loss moves by`,
  nudgeEnd: 'times as much.',
  parameters: 'Parameters and their derivatives',
  parametersHint: 'Type, or turn with the arrow keys; Shift makes ten of one.',
  parametersOf: (id: string) => `Node ${id}`,
  parameter: 'parameter',
  value: 'value',
  derivative: '∂loss/∂',
  activationOf: (id: string) => `Activation of node ${id}`,
  onlyOne: 'The graph is large: only the node you selected is shown.',
  savings: {
    title: 'What the cache saves',
    paths: (from: string, to: string, one: boolean) => `${one ? 'path' : 'paths'} from node ${from} to node ${to}`,
    naive: 'multiplications, each path multiplied out',
    edges: 'edges visited with the cache',
    cached: 'multiplications with the cache',
    itself: (node: string) => `Node ${node} is the output itself: its dloss/dx comes from the loss alone.`,
    none: (from: string, to: string) => `No path leads from node ${from} to node ${to}: nothing to derive.`,
    imagine: 'Now imagine a larger network, one input and one output:',
    layers: 'hidden layers',
    width: 'nodes a layer',
    sentence: (paths: string, edges: string) => `${paths} paths, ${edges} edges.`,
    explained:
      'A chain rule without a memory multiplies out every path. With dloss/dx and slope kept at each node, each edge is used once.',
  },
  article: {
    title: 'Where the article slips',
    intro:
      'The text takes x4 = 4, x5 = 5, x6 = 6, all parameters 1, t = 10, and x7 = 7. From there on everything here is computed.',
    notes: [
      {
        title: 'x7 = 7 is an assumption',
        text: (g: string) =>
          `With c = 1 a sigmoid stays below 1: this node really computes x7 = ${g}. The 7 makes the arithmetic easy, and only dloss/dx7 = 2 · (7 − 10) = −6 rests on it.`,
      },
      {
        title: 'g(x) where g(h) is meant',
        text: (_: string, meant: string, literal: string) =>
          `The text writes g(x7) · (1 − g(x7)). Taken at its word, with x7 = 7, that is ${literal}; meant is g(h7) · (1 − g(h7)) at h7 = 16, which is ${meant}. Likewise dx/dc = g(b) means g(h).`,
      },
      {
        title: 'Two letters go astray',
        text: () =>
          'dr/db and dloss/dr4 are dx/db and dloss/dx4. In the summary dxi/dxj stands where i comes before j: dxj/dxi is meant.',
      },
      {
        title: 'The follow-up drops g′',
        text: (_: string, meant: string) =>
          `The author's own program later takes dloss/db = dloss/dx, without the slope. That is right only where c · g′(h) = 1; here it would say −6 in place of −6 · ${meant}.`,
      },
    ],
  },
  break: {
    title: 'Break it',
    choose: 'The mistake',
    mistakes: {
      order: 'Visit nodes in a wrong order',
      'without-dLossDx': 'Forget each dloss/dx',
      'without-slope': 'Forget each slope',
    },
    explained: {
      order:
        'A node may hand on its dloss/dx only when it is whole: after every successor has been visited. That is what a reversed topological order guarantees, and every such order gives the same numbers. Visit a node too early, and what comes in later never reaches the nodes before it. Visit it again, and what it handed on before is handed on a second time.',
      'without-dLossDx':
        'The numbers stay right, but nobody remembers them. Each parameter asks for the dloss/dx of its node, which asks all successors, which ask theirs, down to the loss, every time. The work grows with the number of paths instead of the number of edges.',
      'without-slope':
        'The numbers stay right, but c · g′(h) is worked out again for b, for every weight, and for every predecessor that asks. Kept, it is worked out once a node.',
    },
    orders: { depthFirst: 'Depth first', early: 'One node too early', forward: 'Forwards', right: 'The right order' },
    orderTasks: {
      depthFirst: 'Recursion without an order: nodes are visited once for each path',
      early: 'One node does not wait for the last of its successors',
      forward: 'As the values were computed: nobody has received anything yet',
      right: 'Every node after all its successors',
    },
    startFrom: 'Start from',
    visits: 'Visits, first to last',
    earlier: (node: string, place: number) => `Visit ${place}, node ${node}: earlier`,
    later: (node: string, place: number) => `Visit ${place}, node ${node}: later`,
    remove: (node: string, place: number) => `Visit ${place}, node ${node}: leave out`,
    node: 'node',
    times: { order: 'visits', 'without-dLossDx': 'dloss/dx computed', 'without-slope': 'slope computed' },
    right: 'right',
    found: 'found',
    verdict: {
      wrong: (wrong: number, all: number) => `${wrong} of ${all} nodes end with a wrong number.`,
      allRight: 'Every number is right.',
      visits: (total: string, right: string) => `${total} visits instead of ${right}.`,
      counts: (total: string, right: string) => `Computed ${total} times instead of ${right}.`,
    },
    firstSteps: (count: number) => `Only the first ${count} steps can be watched one by one.`,
    stepAt: (node: string, time: number) => `Node ${node}, for the ${ordinal(time)} time.`,
    handsOn: (value: string, to: string) => `It hands on what it holds, dloss/dx = ${value}, to ${to}.`,
    notWhole: (right: string) => `That is not the whole of it: ${right} would be right.`,
    again: 'What it handed on before is in there once more.',
    wrongMark: 'wrong',
  },
};

function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

const zh: typeof en = {
  modes: { own: '你的网络', article: '文章里的数字', break: '弄坏它' },
  modeTasks: {
    own: '网络里的每个导数都属于三个场景之一。点任何一个数，看它从何而来；改任何一个数，一切随之而变。',
    article: '按文章逐个数字计算的输出节点，以及文中的笔误。',
    break: '故意犯一个错，看看什么被重复计入、丢失，或者一再重算。',
  },
  chooseMode: '看什么',
  restore: '恢复文章的网络',
  sample: '样本',
  loss: '损失函数',
  lossNow: 'loss',
  node: '节点',
  asked: '求什么',
  inputOf: (id) => `输入 x_${id}`,
  targetOf: (id) => `目标 t_${id}`,
  graph: '网络图，以及每个节点保存的数',
  unknown: '尚未算出',
  select: (name, value) => `${name} = ${value}。显示它从何而来`,
  assumed: '假设',
  steps: {
    title: '逐步',
    slider: '已走的步数',
    first: '回到开头',
    back: '后退一步',
    play: '播放',
    pause: '暂停',
    forward: '前进一步',
    last: '走到最后',
    of: (step, all) => `第 ${step} 步，共 ${all} 步`,
    none: '除了参数，还什么都不知道。走一步看看。',
    forwardAt: (node) => `正向，节点 ${node}：求它的值。`,
    inputAt: (node) => `正向，节点 ${node}：输入节点，值来自数据。`,
    caseAt: {
      1: (node) => `反向，节点 ${node}：只由 loss 决定。`,
      2: (node) => `反向，节点 ${node}：各后继节点传回的量，相加。`,
      3: (node) => `反向，节点 ${node}：只看节点内部。`,
    },
    reads: (names) => `读取 ${names}`,
    readsNothing: '不读取任何已保存的数',
  },
  cases: { 1: '场景 1', 2: '场景 2', 3: '场景 3', forward: '正向' },
  legend: {
    1: '输出节点的值：只由 loss 决定',
    2: '其他节点的值：经由各后继节点，相加',
    3: '已知节点值的导数后，只看节点内部',
  },
  derivation: '它从何而来',
  states: { computed: '计算', reused: '复用' },
  stateTitles: {
    computed: '这里第一次用到这个数：计算一次，然后保存。',
    reused: '这个数在上文已经算过：直接取自缓存。',
  },
  open: (name) => `展开 ${name} 的来历`,
  close: (name) => `收起 ${name} 的来历`,
  more: (count) => `还有 ${count} 项`,
  nudge: (parameter) => `不推导，直接测量：把 ${parameter} 向两边各拨动一点，loss 的变化是拨动量的`,
  nudgeEnd: '倍。',
  parameters: '参数与它们的导数',
  parametersHint: '直接输入，或用方向键增减；按住 Shift 一次十格。',
  parametersOf: (id) => `节点 ${id}`,
  parameter: '参数',
  value: '值',
  derivative: '∂loss/∂',
  activationOf: (id) => `节点 ${id} 的激活函数`,
  onlyOne: '图比较大：只显示你选中的节点。',
  savings: {
    title: '缓存省下了什么',
    paths: (from, to, _) => `条路径，从节点 ${from} 到节点 ${to}`,
    naive: '次乘法，如果每条路径都乘一遍',
    edges: '条边，有缓存时各走一次',
    cached: '次乘法，有缓存时',
    itself: (node) => `节点 ${node} 就是输出节点：它的 dloss/dx 只由 loss 决定。`,
    none: (from, to) => `从节点 ${from} 到节点 ${to} 没有路径：没有什么可求导。`,
    imagine: '再想象一个更大的网络，一个输入、一个输出：',
    layers: '隐藏层数',
    width: '每层节点数',
    sentence: (paths, edges) => `${paths} 条路径，${edges} 条边。`,
    explained: '没有记忆的链式法则要把每条路径都乘一遍。每个节点保存 dloss/dx 与 slope 之后，每条边只用一次。',
  },
  article: {
    title: '文章的笔误',
    intro: '文中取 x4 = 4,x5 = 5,x6 = 6，所有参数为 1,t = 10，并设 x7 = 7。由此出发，这里的一切都是算出来的。',
    notes: [
      {
        title: 'x7 = 7 只是假设',
        text: (g) =>
          `c = 1 时 sigmoid 总小于 1：这个节点真正算出的是 x7 = ${g}。取 7 是为了便于口算，只有 dloss/dx7 = 2 · (7 − 10) = −6 依赖它。`,
      },
      {
        title: '写成 g(x)，其实是 g(h)',
        text: (_, meant, literal) =>
          `文中写 g(x7) · (1 − g(x7))。照字面代入 x7 = 7 得 ${literal}；本意是在 h7 = 16 处的 g(h7) · (1 − g(h7))，即 ${meant}。同样，dx/dc = g(b) 应为 g(h)。`,
      },
      {
        title: '两处字母写错',
        text: () => 'dr/db 与 dloss/dr4 应为 dx/db 与 dloss/dx4。总结里 i 在 j 之前却写成 dxi/dxj，应为 dxj/dxi。',
      },
      {
        title: '后续实现漏掉了 g′',
        text: (_, meant) =>
          `作者后来的程序取 dloss/db = dloss/dx，没有乘 slope。只有 c · g′(h) = 1 时才对；在这里它会给出 −6，而不是 −6 · ${meant}。`,
      },
    ],
  },
  break: {
    title: '弄坏它',
    choose: '犯哪个错',
    mistakes: {
      order: '按错误的顺序访问节点',
      'without-dLossDx': '不保存 dloss/dx',
      'without-slope': '不保存 slope',
    },
    explained: {
      order:
        '一个节点的 dloss/dx 要完整了才能往前传，也就是所有后继都访问过之后。反向的拓扑顺序保证了这一点，而且任何一个这样的顺序都给出同样的数。访问得太早，后来的部分就再也到不了前面的节点；重复访问，已经传过的部分会再传一次。',
      'without-dLossDx':
        '数字仍然正确，只是谁也不记得。每个参数都要问本节点的 dloss/dx，它再问所有后继，后继再问它们的后继，一直问到 loss，次次如此。工作量随路径数增长，而不是随边数增长。',
      'without-slope':
        '数字仍然正确，只是 c · g′(h) 要为 b、为每个权重、为每个来问的前驱各算一遍。保存下来，每个节点只算一次。',
    },
    orders: { depthFirst: '深度优先', early: '一个节点太早', forward: '从前往后', right: '正确的顺序' },
    orderTasks: {
      depthFirst: '不排序的递归：每条路径访问一次节点',
      early: '有一个节点没有等最后一个后继',
      forward: '按求值的顺序：谁都还没有收到任何东西',
      right: '每个节点都在它的所有后继之后',
    },
    startFrom: '从这里开始',
    visits: '访问顺序，从先到后',
    earlier: (node, place) => `第 ${place} 次访问，节点 ${node}：提前`,
    later: (node, place) => `第 ${place} 次访问，节点 ${node}：推后`,
    remove: (node, place) => `第 ${place} 次访问，节点 ${node}：去掉`,
    node: '节点',
    times: { order: '访问次数', 'without-dLossDx': 'dloss/dx 计算次数', 'without-slope': 'slope 计算次数' },
    right: '正确',
    found: '得到',
    verdict: {
      wrong: (wrong, all) => `${all} 个节点里有 ${wrong} 个最后的数是错的。`,
      allRight: '每个数都对。',
      visits: (total, right) => `访问了 ${total} 次，本来只需 ${right} 次。`,
      counts: (total, right) => `计算了 ${total} 次，本来只需 ${right} 次。`,
    },
    firstSteps: (count) => `只能逐步观看最初的 ${count} 步。`,
    stepAt: (node, time) => `节点 ${node}，第 ${time} 次。`,
    handsOn: (value, to) => `它把手里的 dloss/dx = ${value} 传给 ${to}。`,
    notWhole: (right) => `这还不完整：正确的是 ${right}。`,
    again: '之前传过的部分又传了一遍。',
    wrongMark: '错',
  },
};

export const messages = { en, zh };
