import { longestId, most } from './edits.js';
import type { Refusal } from './refusal.js';

const rounded = (megabytes: number) => megabytes.toFixed(1);

const en = {
  graph: 'The graph, to be edited',
  hint: 'Drag from the right side of a node to another node for an edge, or onto empty ground for a new node.',
  hintNarrow: 'Drag from below a node to another node for an edge, or onto empty ground for a new node.',
  toolbar: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  undoKeys: 'Ctrl+Z',
  redoKeys: 'Ctrl+Shift+Z',
  addNode: 'Node',
  addNodeTask: 'Add a node',
  addInput: 'Input',
  addInputTask: 'Add an input',
  fourSuccessors: (now: number) => `Give node 2 four successors, then look at its derivatives. It has ${now}.`,
  derive: 'Look at its derivatives',
  train: 'Train it',
  trainTask: 'Opens Train with this graph and its parameters',
  counts: (inputs: number, nodes: number, edges: number, parameters: number) =>
    `${inputs} ${inputs === 1 ? 'input' : 'inputs'}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${edges} ${edges === 1 ? 'edge' : 'edges'}, ${parameters} parameters`,
  input: 'input',
  output: 'output',
  selectNode: (id: string, what: string) => `Node ${id}, ${what}`,
  selectEdge: (from: string, to: string, w: string) => `Edge ${from} → ${to}, w = ${w}`,
  selection: 'What is selected',
  nothing: 'Nothing is selected',
  nothingHint: 'Select a node or a weight in the graph to change it. Delete removes it.',
  nodeTitle: (id: string) => `Node ${id}`,
  edgeTitle: (from: string, to: string) => `Edge ${from} → ${to}`,
  id: 'Name',
  isInput: 'Input: its value comes from the data',
  isOutput: 'Output: the loss sees its value',
  activation: 'Activation g',
  parameters: 'Parameters',
  bias: (id: string) => `b of ${id}`,
  scale: (id: string) => `c of ${id}`,
  weight: (from: string, to: string) => `w from ${from} to ${to}`,
  formula: 'x = c · g(b + Σ w · x of each predecessor)',
  predecessors: 'From its predecessors',
  successors: 'To its successors',
  none: 'none',
  addSuccessor: 'Add a node after it',
  removeNode: 'Remove node',
  removeEdge: 'Remove edge',
  removeThisEdge: (from: string, to: string) => `Remove edge ${from} → ${to}`,
  connect: 'Add an edge',
  from: 'From',
  to: 'to',
  fromNode: 'From node',
  toNode: 'to node',
  connectButton: 'Connect',
  start: 'Start from',
  article: "The article's network",
  playground: '2-4-2-1, as in TensorFlow Playground',
  layers: 'Layers of your own',
  sizes: 'Sizes, inputs to outputs',
  skips: 'Skip connections: each layer sees all layers before it',
  make: 'Make it',
  text: 'As JSON',
  textHint: 'This text is the graph. Edit it, or paste another; the graph changes when you use it.',
  textLabel: 'The graph as JSON',
  use: 'Use this text',
  discard: 'Discard my changes',
  copy: 'Copy',
  download: 'Save as a file',
  openFile: 'Open a file…',
  openTask: 'JSON, .onnx, or .safetensors saved by @nnbp',
  close: 'Close this message',
  done: {
    node: (id: string) => `Node ${id} is added.`,
    input: (id: string) => `Input ${id} is added.`,
    edge: (from: string, to: string) => `Edge ${from} → ${to} is added.`,
    noNode: (id: string) => `Node ${id} is removed.`,
    noEdge: (from: string, to: string) => `Edge ${from} → ${to} is removed.`,
    renamed: (id: string) => `The node is called ${id} now.`,
    undone: 'Undone.',
    redone: 'Done again.',
    made: 'The graph is replaced; undo brings the old one back.',
    loosened: 'The graph is replaced. Shared weights and fixed scales have become parameters of their own.',
    copied: 'Copied.',
    notCopied: 'The browser does not let the page copy: select the text and copy it.',
  },
  refused(refusal: Refusal): string {
    switch (refusal.why) {
      case 'cycle': {
        const { nodes } = refusal;
        const [from, to] = [nodes.at(-2)!, nodes[0]];
        return from === to
          ? `Node ${to} cannot be its own predecessor: ${nodes.join(' → ')} is a cycle, and its value would be needed to compute itself.`
          : `The edge ${from} → ${to} is not added: it would close the cycle ${nodes.join(' → ')}, and the value of ${to} would be needed to compute itself.`;
      }
      case 'doubledEdge':
        return `There is an edge ${refusal.from} → ${refusal.to} already: change its weight instead.`;
      case 'intoInput':
        return `No edge can go to ${refusal.to}: it is an input, and its value comes from the data.`;
      case 'doubledId':
        return `There is a node “${refusal.id}” already: choose another name.`;
      case 'badId':
        return `A node’s name has 1 to ${longestId} characters: choose another one.`;
      case 'lastInput':
        return `${refusal.id} is the only input, and a network needs one: add another first.`;
      case 'lastOutput':
        return `${refusal.id} is the only output, and the loss needs one: mark another node as output first.`;
      case 'badSizes':
        return 'Write 2 to 12 whole numbers from 1 up, as in 2, 4, 2, 1: the size of each layer, inputs first.';
      case 'tooMany': {
        const what = {
          inputs: 'inputs',
          nodes: 'nodes besides the inputs',
          outputs: 'outputs',
          fanIn: 'predecessors at one node',
          edges: 'edges',
        }[refusal.what];
        return `That is ${refusal.found} ${what}, and this page holds ${most[refusal.what]}: take a smaller graph, or use the library itself.`;
      }
      case 'tooLong':
        return 'That graph has too many parameters for a link to hold, so this page does not take it: take a smaller one, or use the library itself.';
      case 'bigFile':
        return `The file has ${rounded(refusal.megabytes)} MB, and this page opens at most 16: take a smaller one, or use the library itself.`;
      case 'options':
        return `Node ${refusal.id} has the activation ${refusal.activation}, with options that this page has no place for: give it the plain name.`;
      case 'units':
        return 'The network standardises its inputs or outputs, which this page has no place for: save it without inputScaler and outputScaler.';
      case 'unreadable':
        return `It cannot be opened, and nothing is changed. ${refusal.message}`;
    }
  },
};

const zh: typeof en = {
  graph: '可编辑的图',
  hint: '从节点右侧拖到另一个节点即可连边；拖到空白处则添加新节点。',
  hintNarrow: '从节点下方拖到另一个节点即可连边；拖到空白处则添加新节点。',
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
  derive: '查看它的导数',
  train: '训练它',
  trainTask: '用这个图和它的参数打开“训练”',
  counts: (inputs, nodes, edges, parameters) =>
    `${inputs} 个输入，${nodes} 个节点，${edges} 条边，${parameters} 个参数`,
  input: '输入',
  output: '输出',
  selectNode: (id, what) => `节点 ${id}，${what}`,
  selectEdge: (from, to, w) => `边 ${from} → ${to}，w = ${w}`,
  selection: '所选内容',
  nothing: '未选择任何内容',
  nothingHint: '在图中选择节点或权重即可修改，按 Delete 键删除。',
  nodeTitle: (id) => `节点 ${id}`,
  edgeTitle: (from, to) => `边 ${from} → ${to}`,
  id: '名称',
  isInput: '输入：其值来自数据',
  isOutput: '输出：损失函数看到其值',
  activation: '激活函数 g',
  parameters: '参数',
  bias: (id) => `${id} 的 b`,
  scale: (id) => `${id} 的 c`,
  weight: (from, to) => `从 ${from} 到 ${to} 的 w`,
  formula: 'x = c · g(b + Σ w · 各前驱的 x)',
  predecessors: '来自前驱',
  successors: '通往后继',
  none: '无',
  addSuccessor: '在其后添加节点',
  removeNode: '删除节点',
  removeEdge: '删除边',
  removeThisEdge: (from, to) => `删除边 ${from} → ${to}`,
  connect: '添加边',
  from: '从',
  to: '到',
  fromNode: '从节点',
  toNode: '到节点',
  connectButton: '连接',
  start: '从模板开始',
  article: '文章中的网络',
  playground: '2-4-2-1，如 TensorFlow Playground',
  layers: '自定分层',
  sizes: '各层大小，从输入到输出',
  skips: '跳跃连接：每层都看到之前的所有层',
  make: '生成',
  text: 'JSON 文本',
  textHint: '这段文本就是该图。可以修改，或粘贴另一段；点击使用后图才会改变。',
  textLabel: '该图的 JSON 文本',
  use: '使用这段文本',
  discard: '放弃修改',
  copy: '复制',
  download: '保存为文件',
  openFile: '打开文件…',
  openTask: 'JSON、.onnx，或由 @nnbp 保存的 .safetensors',
  close: '关闭此消息',
  done: {
    node: (id) => `已添加节点 ${id}。`,
    input: (id) => `已添加输入 ${id}。`,
    edge: (from, to) => `已添加边 ${from} → ${to}。`,
    noNode: (id) => `已删除节点 ${id}。`,
    noEdge: (from, to) => `已删除边 ${from} → ${to}。`,
    renamed: (id) => `节点现在名为 ${id}。`,
    undone: '已撤销。',
    redone: '已重做。',
    made: '图已替换；撤销可恢复原图。',
    loosened: '图已替换。共享的权重和固定的 c 已成为各自独立的参数。',
    copied: '已复制。',
    notCopied: '浏览器不允许此页复制：请选中文本自行复制。',
  },
  refused(refusal) {
    switch (refusal.why) {
      case 'cycle': {
        const { nodes } = refusal;
        const [from, to] = [nodes.at(-2)!, nodes[0]];
        return from === to
          ? `节点 ${to} 不能是自己的前驱：${nodes.join(' → ')} 是一个环，计算其值时会需要其值本身。`
          : `未添加边 ${from} → ${to}：它会形成环 ${nodes.join(' → ')}，计算 ${to} 的值时会需要其值本身。`;
      }
      case 'doubledEdge':
        return `边 ${refusal.from} → ${refusal.to} 已存在：请改它的权重。`;
      case 'intoInput':
        return `不能有边通往 ${refusal.to}：它是输入，其值来自数据。`;
      case 'doubledId':
        return `已有名为“${refusal.id}”的节点：请另取名称。`;
      case 'badId':
        return `节点名称须为 1 到 ${longestId} 个字符：请另取名称。`;
      case 'lastInput':
        return `${refusal.id} 是唯一的输入，网络至少需要一个：请先添加另一个。`;
      case 'lastOutput':
        return `${refusal.id} 是唯一的输出，损失函数至少需要一个：请先把另一个节点标为输出。`;
      case 'badSizes':
        return '请写 2 到 12 个不小于 1 的整数，如 2, 4, 2, 1：每层的大小，输入在前。';
      case 'tooMany': {
        const what = {
          inputs: '个输入',
          nodes: '个非输入节点',
          outputs: '个输出',
          fanIn: '个前驱（同一节点）',
          edges: '条边',
        }[refusal.what];
        return `共有 ${refusal.found} ${what}，而本页最多容纳 ${most[refusal.what]}：请用小一些的图，或直接使用程序库。`;
      }
      case 'tooLong':
        return '这个图的参数太多，链接装不下，所以本页不接受：请用小一些的图，或直接使用程序库。';
      case 'bigFile':
        return `文件有 ${rounded(refusal.megabytes)} MB，而本页最多打开 16 MB：请用小一些的文件，或直接使用程序库。`;
      case 'options':
        return `节点 ${refusal.id} 的激活函数为 ${refusal.activation}，带有本页无法容纳的选项：请只写名称。`;
      case 'units':
        return '该网络对输入或输出做了标准化，本页无法容纳：请去掉 inputScaler 和 outputScaler 后再保存。';
      case 'unreadable':
        return `无法打开，未作任何改变。${refusal.message}`;
    }
  },
};

export const messages = { en, zh };
