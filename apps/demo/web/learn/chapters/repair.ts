/**
 * The challenge: find the bug in the backward pass of a random graph. One node has the bug; up to five nodes can be
 * probed.
 */
import { sigmoid } from '@nnbp/activations';
import { backpropagate, GraphBuilder, Network, type Pass, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { backwardWith, type BugName, bugNames, type Gradients } from '../bugs.js';
import type { Chapter, Exercise } from '../chapter.js';
import type { SettingTask } from '../task.js';
import type { Text } from '../text.js';

export interface RepairExercise extends Exercise {
  readonly network: Network;
  readonly pass: Pass;
  /** The results of the pass with the bug. */
  readonly broken: Gradients;
  /** The results of the correct pass. */
  readonly correct: Gradients;
  /** Ids of the nodes that can have the bug. */
  readonly candidates: readonly string[];
}

export const maxProbes = 5;

export const bugTexts: Readonly<Record<BugName, Text>> = {
  slope: { en: 'The slope is missing', zh: '少乘了 slope' },
  'at-x': { en: 'The slope is evaluated at x instead of h', zh: 'slope 取在 x 处而不是 h 处' },
  lost: { en: 'One successor is left out of the sum', zh: '求和时漏了一个后继' },
  early: { en: 'dloss/db is computed too early', zh: 'dloss/db 算得太早' },
  twice: { en: 'One successor is counted twice', zh: '一个后继算了两次' },
  sign: { en: 'The sign is wrong', zh: '正负号错了' },
};

export const repair: Chapter<RepairExercise> = {
  name: 'repair',
  title: { en: 'Repair the broken backprop', zh: '修好坏掉的反向传播' },
  ability: { en: 'debug a backward pass', zh: '调试反向传播' },
  exercise(seed) {
    const random = new Random(1000 + seed);
    for (;;) {
      const exercise = drawExercise(random);
      if (exercise !== undefined) return exercise;
    }
  },
};

/** The learner's probes and choices. `node` and `bug` are empty while nothing is chosen. */
export interface Diagnosis {
  readonly probes: readonly string[];
  readonly node: string;
  readonly bug: string;
}

/** Writes a diagnosis as an answer: node, bug and probes, such as `5 slope 7 6 5`. A missing choice is `-`. */
export const diagnosisAnswer = ({ probes, node, bug }: Diagnosis): string =>
  [node || '-', bug || '-', ...probes].join(' ');

export function parseDiagnosis(answer: string): Diagnosis {
  const [node = '-', bug = '-', ...probes] = answer === '' ? [] : answer.split(' ');
  return { node: node === '-' ? '' : node, bug: bug === '-' ? '' : bug, probes: probes.slice(0, maxProbes) };
}

/**
 * Draws a network, a node and a bug. Returns undefined if the node has too few successors for the bug, or if the
 * numbers at the node do not distinguish the bug from a correct pass and from every other bug.
 */
function drawExercise(random: Random): RepairExercise | undefined {
  const network = irregularNetwork(random);
  const { graph } = network;
  const pass = backpropagate(network, [0.8, -0.6], [2], mse());
  const candidates = graph.ids.slice(graph.inputCount, -1);
  const node = candidates[Math.floor(random.uniform() * candidates.length)];
  const bug = bugNames[Math.floor(random.uniform() * bugNames.length)];
  const i = graph.indexOf(node);
  const fanOut = graph.successorStart[i + 1] - graph.successorStart[i];
  const needsSeveralSuccessors = bug === 'lost' || bug === 'early' || bug === 'twice';
  if (needsSeveralSuccessors && fanOut < 2) return undefined;
  const broken = backwardWith(network, pass, i, bug);
  const correct = backwardWith(network, pass, -1, undefined);
  const others = [
    correct,
    ...bugNames.filter((name) => name !== bug).map((name) => backwardWith(network, pass, i, name)),
  ];
  const isClear = others.every((other) =>
    [broken.dLossDx[i] - other.dLossDx[i], broken.dLossDb[i] - other.dLossDb[i]].some(
      (difference) => Math.abs(difference) > 0.05 * Math.abs(correct.dLossDb[i]) && Math.abs(difference) > 1e-3,
    ),
  );
  if (!isClear) return undefined;
  return { network, pass, broken, correct, candidates, tasks: [bugTask(network, node, bug)] };
}

/**
 * Creates a network with two inputs, five or six hidden nodes and one output. Every node except the output has at least
 * one successor.
 */
function irregularNetwork(random: Random): Network {
  const builder = new GraphBuilder();
  const ids = [builder.input('1'), builder.input('2')];
  const count = 6 + Math.floor(2 * random.uniform());
  const unused = new Set(ids);
  for (let k = 3; k <= 2 + count; k++) {
    const isLast = k === 2 + count;
    const from = new Set<string>();
    const olderUnused = [...unused].filter((id) => id !== ids.at(-1));
    if (olderUnused.length > 0) from.add(olderUnused[0]);
    const fanIn = isLast ? 2 : 2 + Math.floor(1.5 * random.uniform());
    const near = ids.slice(-4);
    for (let draws = 0; from.size < Math.min(fanIn, near.length) && draws < 50; draws++) {
      from.add(near[Math.floor(random.uniform() * near.length)]);
    }
    if (isLast) for (const id of unused) from.add(id);
    for (const id of from) unused.delete(id);
    const id = String(k);
    ids.push(builder.node(id, { from: ids.filter((other) => from.has(other)), activation: sigmoid }));
    unused.add(id);
  }
  builder.output(ids[ids.length - 1]);
  const network = new Network(builder.build());
  const signed = (low: number, high: number) =>
    (Math.round(20 * (low + (high - low) * random.uniform())) / 20) * (random.uniform() < 0.5 ? -1 : 1);
  for (const id of network.graph.ids.slice(network.graph.inputCount)) {
    const { w } = network.getParameters(id);
    network.setParameters(id, {
      b: signed(0.1, 0.6),
      c: Math.abs(signed(1, 2.5)),
      w: Object.fromEntries(Object.keys(w).map((from) => [from, signed(0.3, 1.5)])),
    });
  }
  return network;
}

function bugTask({ graph }: Network, node: string, bug: BugName): SettingTask {
  return {
    kind: 'setting',
    ask: {
      en: 'A program computes the derivatives in this network, and its backward pass has a bug at one node. Probe up to five nodes to compare the program’s numbers with the correct ones. Then choose the node and the bug.',
      zh: '一个程序对这个网络求导，它的反向传播在某个节点上有一个错误。最多可以探测五个节点，对比程序的结果和正确的结果，然后选出节点和错误。',
    },
    explain: {
      en: `Node ${node}: ${bugTexts[bug].en.toLowerCase()}. Nodes nearer the input only pass the wrong number on: of all nodes with wrong numbers, the one with the bug is closest to the loss.`,
      zh: `节点 ${node}：${bugTexts[bug].zh}。更靠近输入的节点只是把错误的数字传下去，所以错误就在离损失最近的那个出错节点上。`,
    },
    solution: diagnosisAnswer({ node, bug, probes: [] }),
    check(answer) {
      const { node: chosenNode, bug: chosenBug } = parseDiagnosis(answer);
      if (chosenNode === node && chosenBug === bug) return { correct: true };
      if (chosenNode === '' || chosenBug === '') {
        return { correct: false, hint: { en: 'Choose a node and a bug first.', zh: '请先选择节点和错误。' } };
      }
      if (chosenNode === node) {
        return {
          correct: false,
          hint: {
            en: `You found the node, but it has a different bug. Is dloss/dx_${node} itself wrong, or only the numbers computed from it?`,
            zh: `节点对了，但不是这个错误。节点 ${node} 的 dloss/dx_${node} 本身对吗，还是只有由它算出的数不对？`,
          },
        };
      }
      const isBefore = graph.indexOf(chosenNode) < graph.indexOf(node);
      return {
        correct: false,
        hint: isBefore
          ? {
              en: `The bug is not at node ${chosenNode}. If the numbers at node ${chosenNode} are wrong, the bug is at a node closer to the loss.`,
              zh: `不是节点 ${chosenNode}。如果它的数字不对，那是传进来时就错了：往损失那边找。`,
            }
          : {
              en: `Everything is correct at node ${chosenNode}: the bug is at a node further from the loss.`,
              zh: `节点 ${chosenNode} 处一切正确：往远离损失的方向找。`,
            },
      };
    },
  };
}
