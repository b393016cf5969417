import { maxIdLength, max } from './edits.js';
import type { EditProblem } from './edit-error.js';

const rounded = (megabytes: number) => megabytes.toFixed(1);

const delayed = (delay: number) => `delayed by ${delay === 1 ? '1 step' : `${delay} steps`}`;
const delayedZh = (delay: number) => `延迟 ${delay} 步`;

/** The delay of an edge as a suffix; empty without a delay. */
const afterEdge = (delay: number) => (delay === 0 ? '' : `, ${delayed(delay)}`);
const afterEdgeZh = (delay: number) => (delay === 0 ? '' : `，${delayedZh(delay)}`);

const en = {
  graph: 'Graph editor',
  hint: 'Drag from the right side of a node to another node to add an edge, or to an empty spot to add a node.',
  hintNarrow: 'Drag from the bottom of a node to another node to add an edge, or to an empty spot to add a node.',
  toolbar: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  undoKeys: 'Ctrl+Z',
  redoKeys: 'Ctrl+Shift+Z',
  addNode: 'Node',
  addNodeTask: 'Add a node',
  addInput: 'Input',
  addInputTask: 'Add an input',
  fourSuccessors: (now: number) => `Give node 2 four successors, then view its derivatives. It now has ${now}.`,
  derive: 'View derivatives',
  train: 'Train this network',
  trainTask: 'Opens this graph with its parameters in the Train view',
  counts: (inputs: number, nodes: number, edges: number, parameters: number) =>
    `${inputs} ${inputs === 1 ? 'input' : 'inputs'}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${edges} ${edges === 1 ? 'edge' : 'edges'}, ${parameters} parameters`,
  input: 'input',
  output: 'output',
  selectNode: (id: string, what: string) => `Node ${id}, ${what}`,
  selectEdge: (from: string, to: string, w: string, delay: number) =>
    `Edge ${from} → ${to}, w = ${w}${afterEdge(delay)}`,
  selection: 'Selection',
  nothing: 'Nothing selected',
  nothingHint: 'Select a node or a weight in the graph to change it. Press Delete to remove it.',
  nodeTitle: (id: string) => `Node ${id}`,
  edgeTitle: (from: string, to: string, delay: number) => `Edge ${from} → ${to}${afterEdge(delay)}`,
  id: 'Name',
  isInput: 'Input: its value comes from the data',
  isOutput: 'Output: the loss compares its value with the target',
  activation: 'Activation g',
  parameters: 'Parameters',
  bias: (id: string) => `b of ${id}`,
  scale: (id: string) => `c of ${id}`,
  weight: (from: string, to: string, delay: number) => `w from ${from} to ${to}${afterEdge(delay)}`,
  aggregation: 'Aggregation A',
  formula: (aggregation: string) =>
    aggregation === 'sum'
      ? 'x = c · g(b + Σ w · x over all predecessors)'
      : `x = c · g(b + ${aggregation} of w · x over all predecessors)`,
  delay: 'Delay in steps',
  noDelay: 'The edge reads the value of the same step. With a delay, it reads an earlier value and can close a cycle.',
  delayed: (from: string, delay: number) =>
    `The edge reads the value of node ${from} ${delay === 1 ? 'one step' : `${delay} steps`} ago.`,
  initial: (id: string) => `x of ${id} before the first step`,
  delayThisEdge: 'Delay this edge by one step',
  predecessors: 'Incoming edges',
  successors: 'Outgoing edges',
  none: 'none',
  addSuccessor: 'Add a successor',
  removeNode: 'Remove node',
  removeEdge: 'Remove edge',
  removeThisEdge: (from: string, to: string, delay: number) => `Remove edge ${from} → ${to}${afterEdge(delay)}`,
  connect: 'Add an edge',
  from: 'From',
  to: 'to',
  fromNode: 'From node',
  toNode: 'to node',
  connectButton: 'Connect',
  start: 'Start from',
  article: "The article's network",
  recurrence: 'A node with memory',
  playground: '2-4-2-1, as in TensorFlow Playground',
  layers: 'Custom layers',
  sizes: 'Layer sizes, inputs first',
  skips: 'Skip connections from all earlier layers',
  make: 'Create',
  text: 'As JSON',
  textHint: 'Edit or replace this text, then apply it to the graph.',
  textLabel: 'The graph as JSON',
  use: 'Apply',
  discard: 'Discard changes',
  copy: 'Copy',
  download: 'Download',
  openFile: 'Open a file…',
  openTask: 'A JSON file, an .onnx file, or a .safetensors file saved by @nnbp',
  close: 'Dismiss',
  done: {
    nodeAdded: (id: string) => `Node ${id} added.`,
    inputAdded: (id: string) => `Input ${id} added.`,
    edgeAdded: (from: string, to: string) => `Edge ${from} → ${to} added.`,
    nodeRemoved: (id: string) => `Node ${id} removed.`,
    edgeRemoved: (from: string, to: string) => `Edge ${from} → ${to} removed.`,
    renamed: (id: string) => `Node renamed to ${id}.`,
    undone: 'Undid the last change.',
    redone: 'Redid the change.',
    made: 'Graph replaced. Undo restores the previous one.',
    parametersReplaced: 'Graph replaced. Its shared or fixed parameters are now separate and trainable.',
    copied: 'Copied.',
    notCopied: 'The browser blocked copying. Select the text and copy it.',
  },
  rejected(problem: EditProblem): string {
    switch (problem.reason) {
      case 'cycle': {
        const { nodes, edge } = problem;
        const [from, to] = [nodes.at(-2)!, nodes[0]];
        if (edge === 'undelayed') {
          return `The edge ${from} → ${to} keeps its delay: without a delay, the edge would close the cycle ${nodes.join(' → ')}.`;
        }
        return from === to
          ? `Node ${to} cannot be its own predecessor: ${nodes.join(' → ')} is a cycle, so its value would depend on itself.`
          : `The edge ${from} → ${to} was not added: it would close the cycle ${nodes.join(' → ')}, so the value of ${to} would depend on itself.`;
      }
      case 'duplicateEdge':
        return `The edge ${problem.from} → ${problem.to}${problem.delay === 0 ? '' : `, ${delayed(problem.delay)},`} already exists. Change its weight instead.`;
      case 'intoInput':
        return `${problem.to} is an input and cannot have incoming edges: its value comes from the data.`;
      case 'duplicateId':
        return `A node “${problem.id}” already exists. Choose another name.`;
      case 'badId':
        return `Node names must have 1 to ${maxIdLength} characters.`;
      case 'lastInput':
        return `${problem.id} is the only input, and a network needs one. Add another input first.`;
      case 'lastOutput':
        return `${problem.id} is the only output, and the loss needs one. Mark another node as an output first.`;
      case 'badSizes':
        return 'Enter 2 to 12 integers ≥ 1, such as 2, 4, 2, 1: the size of each layer, inputs first.';
      case 'tooMany': {
        const what = {
          inputs: 'inputs',
          nodes: 'nodes that are not inputs',
          outputs: 'outputs',
          fanIn: 'predecessors of one node',
          edges: 'edges',
        }[problem.what];
        return `Too many ${what}: ${problem.count}. The playground supports up to ${max[problem.what]}. Use a smaller graph, or the library.`;
      }
      case 'tooLong':
        return 'The graph is too large for a link. Use a smaller graph, or the library.';
      case 'bigFile':
        return `The file is ${rounded(problem.megabytes)} MB; the playground opens files of up to 16 MB. Use a smaller file, or the library.`;
      case 'options':
        return `Node ${problem.id} has the activation ${problem.activation} with options, which the playground does not support. Use the default options.`;
      case 'standardized':
        return 'The playground does not support standardized inputs or outputs. Remove inputScaler and outputScaler before you save the network.';
      case 'unreadable':
        return `The graph could not be read; nothing was changed. ${problem.message}`;
    }
  },
};

const zh: typeof en = {
  graph: '图编辑器',
  hint: '从节点右侧拖到另一个节点可添加边；拖到空白处可添加新节点。',
  hintNarrow: '从节点下方拖到另一个节点可添加边；拖到空白处可添加新节点。',
  toolbar: '编辑',
  undo: '撤销',
  redo: '重做',
  undoKeys: 'Ctrl+Z',
  redoKeys: 'Ctrl+Shift+Z',
  addNode: '节点',
  addNodeTask: '添加节点',
  addInput: '输入',
  addInputTask: '添加输入节点',
  fourSuccessors: (now) => `给节点 2 四个后继，然后查看它的导数。现在有 ${now} 个。`,
  derive: '查看导数',
  train: '训练这个网络',
  trainTask: '在“训练”中打开这个图和它的参数',
  counts: (inputs, nodes, edges, parameters) =>
    `${inputs} 个输入，${nodes} 个节点，${edges} 条边，${parameters} 个参数`,
  input: '输入',
  output: '输出',
  selectNode: (id, what) => `节点 ${id}，${what}`,
  selectEdge: (from, to, w, delay) => `边 ${from} → ${to}，w = ${w}${afterEdgeZh(delay)}`,
  selection: '所选内容',
  nothing: '未选择任何内容',
  nothingHint: '在图中选择节点或权重即可修改，按 Delete 键删除。',
  nodeTitle: (id) => `节点 ${id}`,
  edgeTitle: (from, to, delay) => `边 ${from} → ${to}${afterEdgeZh(delay)}`,
  id: '名称',
  isInput: '输入：其值来自数据',
  isOutput: '输出：损失函数将其值与目标值比较',
  activation: '激活函数 g',
  parameters: '参数',
  bias: (id) => `${id} 的 b`,
  scale: (id) => `${id} 的 c`,
  weight: (from, to, delay) => `从 ${from} 到 ${to} 的 w${afterEdgeZh(delay)}`,
  aggregation: '聚合函数 A',
  formula: (aggregation) =>
    aggregation === 'sum' ? 'x = c · g(b + Σ w · 各前驱的 x)' : `x = c · g(b + 各前驱 w · x 的 ${aggregation})`,
  delay: '延迟步数',
  noDelay: '这条边读取同一步的值。加上延迟后读取更早的值，并且可以形成环。',
  delayed: (from, delay) => `这条边读取节点 ${from} 在 ${delay} 步之前的值。`,
  initial: (id) => `第一步之前 ${id} 的 x`,
  delayThisEdge: '给这条边加一步延迟',
  predecessors: '入边',
  successors: '出边',
  none: '无',
  addSuccessor: '添加后继',
  removeNode: '删除节点',
  removeEdge: '删除边',
  removeThisEdge: (from, to, delay) => `删除边 ${from} → ${to}${afterEdgeZh(delay)}`,
  connect: '添加边',
  from: '从',
  to: '到',
  fromNode: '从节点',
  toNode: '到节点',
  connectButton: '连接',
  start: '从模板开始',
  article: '文章中的网络',
  recurrence: '有记忆的节点',
  playground: '2-4-2-1，与 TensorFlow Playground 相同',
  layers: '自定义各层',
  sizes: '各层节点数，从输入到输出',
  skips: '跳跃连接：每层与之前所有层相连',
  make: '生成',
  text: 'JSON 文本',
  textHint: '修改这段文本或粘贴另一段，然后点击“应用”。',
  textLabel: '该图的 JSON 文本',
  use: '应用',
  discard: '放弃修改',
  copy: '复制',
  download: '下载',
  openFile: '打开文件…',
  openTask: 'JSON、.onnx，或由 @nnbp 保存的 .safetensors',
  close: '关闭此消息',
  done: {
    nodeAdded: (id) => `已添加节点 ${id}。`,
    inputAdded: (id) => `已添加输入 ${id}。`,
    edgeAdded: (from, to) => `已添加边 ${from} → ${to}。`,
    nodeRemoved: (id) => `已删除节点 ${id}。`,
    edgeRemoved: (from, to) => `已删除边 ${from} → ${to}。`,
    renamed: (id) => `节点已改名为 ${id}。`,
    undone: '已撤销。',
    redone: '已重做。',
    made: '图已替换；撤销可恢复原图。',
    parametersReplaced: '图已替换。共享的参数和固定的参数已变为各自独立、可训练的参数。',
    copied: '已复制。',
    notCopied: '浏览器不允许复制。请选中文本后手动复制。',
  },
  rejected(problem) {
    switch (problem.reason) {
      case 'cycle': {
        const { nodes, edge } = problem;
        const [from, to] = [nodes.at(-2)!, nodes[0]];
        if (edge === 'undelayed') {
          return `边 ${from} → ${to} 保留延迟：没有延迟会形成环 ${nodes.join(' → ')}。`;
        }
        return from === to
          ? `节点 ${to} 不能是自己的前驱：${nodes.join(' → ')} 是一个环，它的值会依赖于自身。`
          : `未添加边 ${from} → ${to}：它会形成环 ${nodes.join(' → ')}，${to} 的值会依赖于自身。`;
      }
      case 'duplicateEdge':
        return `边 ${problem.from} → ${problem.to}${problem.delay === 0 ? '' : `（${delayedZh(problem.delay)}）`}已存在。请改它的权重。`;
      case 'intoInput':
        return `${problem.to} 是输入，其值来自数据，不能有指向它的边。`;
      case 'duplicateId':
        return `已有名为“${problem.id}”的节点。请另取名称。`;
      case 'badId':
        return `节点名称须为 1 到 ${maxIdLength} 个字符。请另取名称。`;
      case 'lastInput':
        return `${problem.id} 是唯一的输入，网络至少需要一个输入。请先添加另一个。`;
      case 'lastOutput':
        return `${problem.id} 是唯一的输出，损失函数至少需要一个输出。请先把另一个节点标为输出。`;
      case 'badSizes':
        return '请输入 2 到 12 个不小于 1 的整数，如 2, 4, 2, 1：各层的节点数，输入层在前。';
      case 'tooMany': {
        const what = {
          inputs: '输入',
          nodes: '非输入节点',
          outputs: '输出',
          fanIn: '一个节点的前驱',
          edges: '边',
        }[problem.what];
        return `${what}太多：共 ${problem.count}，演练场最多支持 ${max[problem.what]}。请使用较小的图，或直接使用程序库。`;
      }
      case 'tooLong':
        return '这个图太大，无法放入链接。请使用较小的图，或直接使用程序库。';
      case 'bigFile':
        return `文件大小为 ${rounded(problem.megabytes)} MB，演练场最多打开 16 MB。请使用较小的文件，或直接使用程序库。`;
      case 'options':
        return `节点 ${problem.id} 的激活函数为 ${problem.activation}，带有演练场不支持的选项。请使用默认选项。`;
      case 'standardized':
        return '演练场不支持标准化的输入或输出。请去掉 inputScaler 和 outputScaler 后再保存。';
      case 'unreadable':
        return `无法打开，图没有改变。${problem.message}`;
    }
  },
};

export const messages = { en, zh };
