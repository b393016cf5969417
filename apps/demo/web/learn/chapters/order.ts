/**
 * Chapter 5, the order of the backward pass: a node passes on its dloss/dx only when all successors have been visited.
 */
import { type Graph, Random, successorsOf } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { brokenPass } from '../../shared/broken-pass.js';
import { articleExercise } from '../article-exercise.js';
import type { Chapter, Exercise, ComputedSample } from '../chapter.js';
import { show } from '../show.js';
import { choiceTask, picked, type PickTask, type Task } from '../task.js';

export interface OrderExercise extends Exercise, ComputedSample {
  /** dloss/dx of every node, in the order of the graph, if one node is visited too early, as in the second task. */
  readonly wrongDLossDx: Float64Array;
}

export const order: Chapter<OrderExercise> = {
  name: 'order',
  title: { en: 'Does the order matter?', zh: '顺序重要吗？' },
  ability: { en: 'find a topological order and explain why it is needed', zh: '找出拓扑顺序，并说明为什么需要它' },
  exercise(seed) {
    const sample = articleExercise(seed);
    const earlyNode = seed === 0 ? '2' : candidates[Math.floor(new Random(seed).uniform() * candidates.length)];
    const wrongDLossDx = withOneTooEarly(sample, earlyNode);
    return { ...sample, wrongDLossDx, tasks: [anyOrder(sample), nodeVisitedTooEarly(sample, earlyNode, wrongDLossDx)] };
  },
};

/** The nodes that change dloss/dx of node 1 if they are visited too early. */
const candidates = ['2', '3', '4', '5', '6'];

/** The first node that is visited before one of its successors, and the successors that it should have waited for. */
export function firstTooEarly(graph: Graph, ids: readonly string[]): { id: string; waitsFor: string[] } | undefined {
  const visited = new Set<string>();
  for (const id of ids) {
    const waitsFor = successorIds(graph, id).filter((successor) => !visited.has(successor));
    if (waitsFor.length > 0) return { id, waitsFor };
    visited.add(id);
  }
  return undefined;
}

export function successorIds(graph: Graph, id: string): string[] {
  const { ids, successorStart } = graph;
  const i = ids.indexOf(id);
  return Array.from(successorsOf(graph).nodes.slice(successorStart[i], successorStart[i + 1]), (j) => ids[j]);
}

/** Computes dloss/dx of every node by visiting the nodes in the given order, which may be incorrect. */
export function passInOrder({ network, target, pass }: ComputedSample, ids: readonly string[]): Float64Array {
  const exercise = { network, target: [target], loss: mse(), trace: { pass } };
  return brokenPass(exercise, 'order', ids).at(ids.length).dLossDx;
}

/**
 * Computes dloss/dx of every node by visiting one node just before the last of its successors, and the others in a
 * correct order.
 */
function withOneTooEarly(sample: ComputedSample, earlyNode: string): Float64Array {
  const { graph } = sample.network;
  const ids = [...graph.ids].reverse();
  const others = ids.filter((id) => id !== earlyNode);
  const lastSuccessor = Math.max(...successorIds(graph, earlyNode).map((id) => others.indexOf(id)));
  return passInOrder(sample, others.toSpliced(lastSuccessor, 0, earlyNode));
}

function anyOrder({ network: { graph } }: ComputedSample): PickTask {
  return {
    kind: 'pick',
    count: graph.nodeCount,
    options: graph.ids,
    ask: {
      en: 'The backward pass visits every node once. A visited node adds up the messages that have arrived and sends its own to its predecessors, the nodes it reads. Click all seven nodes in an order in which no message comes too late. Several orders are correct.',
      zh: '反向传播访问每个节点一次。被访问的节点把已收到的消息加起来，再把自己的消息传给前驱，也就是它读取的节点。请按某个顺序点击全部七个节点，不让任何消息来得太晚。这样的顺序不止一种。',
    },
    explain: {
      en: 'Every node came after all its successors: a reverse topological order. Of the 5,040 orders of seven nodes, 12 are such orders, and each gives the same numbers.',
      zh: '每个节点都在它的所有后继之后：这就是逆拓扑顺序。七个节点共有 5,040 种顺序，其中 12 种符合要求，并且给出相同的数字。',
    },
    solution: [...graph.ids].reverse().join(' '),
    check(answer) {
      const ids = picked(answer);
      const early = firstTooEarly(graph, ids);
      if (early !== undefined) {
        return {
          correct: false,
          hint: {
            en: `Node ${early.id} was visited before ${early.waitsFor.join(', ')}, whose messages arrive too late.`,
            zh: `节点 ${early.id} 在 ${early.waitsFor.join('、')} 之前就被访问了：从那里来的消息太晚了。`,
          },
        };
      }
      if (ids.length === graph.nodeCount) return { correct: true };
      return {
        correct: false,
        hint: {
          en: `Nodes not visited yet: ${graph.nodeCount - ids.length}.`,
          zh: `还有 ${graph.nodeCount - ids.length} 个节点没有访问。`,
        },
      };
    },
  };
}

function nodeVisitedTooEarly(sample: ComputedSample, earlyNode: string, wrongDLossDx: Float64Array): Task {
  const { graph } = sample.network;
  const first = graph.indexOf('1');
  const correct = sample.pass.cache.dLossDx('1');
  const wrong = show(wrongDLossDx[first]);
  const missing = `${show(correct)} − ${wrongDLossDx[first] < 0 ? `(${wrong})` : wrong} = ${show(correct - wrongDLossDx[first])}`;
  return choiceTask({
    ask: {
      en: `A node was visited before the last of its successors, so dloss/dx_1 is ${wrong} instead of ${show(correct)}. The edges show the correct messages. Which node was it?`,
      zh: `有一个节点在它的最后一个后继之前就被访问了，结果 dloss/dx_1 是 ${wrong}，而不是 ${show(correct)}。边上是正确的消息。是哪个节点？`,
    },
    explain: {
      en: `Node ${earlyNode} was visited before its last successor, so a part of dloss/dx_${earlyNode} never reached node 1: ${missing} is missing.`,
      zh: `节点 ${earlyNode} 在消息到齐之前就往回传了。剩下的消息来得太晚，到不了节点 1：少了 ${missing}。`,
    },
    correct: earlyNode,
    options: candidates.map((id) => {
      const instead = show(withOneTooEarly(sample, id)[first]);
      return {
        name: id,
        text: { en: `Node ${id}`, zh: `节点 ${id}` },
        hint: {
          en: `If node ${id} had been visited too early, dloss/dx_1 would be ${instead}.`,
          zh: `如果过早的是节点 ${id}，dloss/dx_1 会是 ${instead}。`,
        },
      };
    }),
  });
}
