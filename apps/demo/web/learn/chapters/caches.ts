/** Chapter 6, the gradient cache: how often dloss/dx and slope are computed with and without a cache. */
import { identity, sigmoid } from '@nnbp/activations';
import { backpropagate, GraphBuilder, mlp, Network, Random } from '@nnbp/core';
import { paths } from '@nnbp/explain';
import { mse } from '@nnbp/losses';
import { brokenPass } from '../../shared/broken-pass.js';
import { grouped } from '../../shared/format-number.js';
import { articleExercise } from '../article-exercise.js';
import type { Chapter, Exercise } from '../chapter.js';
import { parseNumber } from '../number-answer.js';
import { guessTask, numberTask, type Task } from '../task.js';

/** Number of computations of each quantity, over all nodes. */
export interface Counts {
  readonly dLossDx: number;
  readonly slope: number;
}

export interface CachesExercise extends Exercise {
  readonly network: Network;
  /** Counts with nothing cached. */
  readonly none: Counts;
  /** Counts with slope cached, but not dloss/dx. */
  readonly slopeCached: Counts;
  /** Counts with dloss/dx cached, but not slope. */
  readonly dLossDxCached: Counts;
  /** Counts with both cached. */
  readonly both: Counts;
  /** Number of nodes per hidden layer in the third task. */
  readonly width: number;
  /**
   * Entry k, for a network with k + 1 hidden layers: the number of paths from the input to the output, and the number
   * of edges on these paths.
   */
  readonly byDepth: readonly { readonly paths: number; readonly edges: number }[];
}

export const caches: Chapter<CachesExercise> = {
  name: 'caches',
  title: { en: 'What do the two caches save?', zh: '两个缓存省下了什么？' },
  ability: { en: 'explain both caches', zh: '解释两个缓存的作用' },
  exercise(seed) {
    const network = seed === 0 ? articleExercise(0).network : layered(seed);
    const width = seed === 0 ? 10 : 5 + Math.floor(8 * new Random(seed).uniform());
    const counted = count(network);
    const byDepth = Array.from({ length: maxDepth }, (_, depth) => pathsAt(depth + 1, width));
    const { none, dLossDxCached, both } = counted;
    return {
      network,
      ...counted,
      width,
      byDepth,
      tasks: [guess(none, both), slopes(network, dLossDxCached, both), million(width, byDepth)],
    };
  },
};

const maxDepth = 9;

/** Creates a network with one input, two hidden layers of two to four nodes, and one output. */
function layered(seed: number): Network {
  const random = new Random(seed);
  const units = () => 2 + Math.floor(3 * random.uniform());
  const builder = new GraphBuilder();
  let next = 1;
  let from = [builder.input(String(next++))];
  for (const size of [units(), units(), 1]) {
    from = Array.from({ length: size }, () => builder.node(String(next++), { from, activation: sigmoid }));
  }
  builder.output(from[0]);
  return new Network(builder.build(), { seed });
}

function count(network: Network): Pick<CachesExercise, 'none' | 'slopeCached' | 'dLossDxCached' | 'both'> {
  const { graph } = network;
  const pass = backpropagate(network, [0.5], [10], mse());
  const exercise = { network, target: [10], loss: mse(), trace: { pass } };
  const withoutDLossDx = brokenPass(exercise, 'without-dLossDx', []);
  const withoutSlope = brokenPass(exercise, 'without-slope', []);
  const both = { dLossDx: graph.nodeCount, slope: graph.nodeCount - graph.inputCount };
  // With nothing cached, each computation of dloss/dx needs the slope of every successor, and each b and w needs the
  // slope of its own node.
  let slopesWithoutCache = 0;
  for (let i = 0; i < graph.nodeCount; i++) {
    const fanOut = graph.successorStart[i + 1] - graph.successorStart[i];
    const fanIn = graph.edgeStart[i + 1] - graph.edgeStart[i];
    slopesWithoutCache += Number(withoutDLossDx.counts[i]) * fanOut + (i < graph.inputCount ? 0 : 1 + fanIn);
  }
  return {
    none: { dLossDx: Number(withoutDLossDx.total), slope: slopesWithoutCache },
    slopeCached: { dLossDx: Number(withoutDLossDx.total), slope: both.slope },
    dLossDxCached: { dLossDx: both.dLossDx, slope: Number(withoutSlope.total) },
    both,
  };
}

function pathsAt(layers: number, width: number): { paths: number; edges: number } {
  const graph = mlp([1, ...Array.from({ length: layers }, () => width), 1], { activation: identity });
  const result = paths(graph, 'input.0', 'output.0');
  return { paths: Number(result.paths), edges: result.edgesVisited };
}

function guess(none: Counts, both: Counts): Task {
  return guessTask({
    label: { en: 'My guess:', zh: '我猜：' },
    ask: {
      en: 'A cache stores numbers that have been computed. Suppose there is none: each parameter asks its node for dloss/dx, and each time the node asks all its successors again. How many times in total is a dloss/dx computed in this network? Guess first.',
      zh: '缓存就是把算过的数保存下来。假设没有缓存：每个参数都向所在的节点要 dloss/dx，节点每次又重新向所有后继要。在这个网络里，dloss/dx 一共要算多少次？先猜一猜。',
    },
    explain: {
      en: `${none.dLossDx} times. If each node caches its dloss/dx, ${both.dLossDx} times: once per node.`,
      zh: `${none.dLossDx} 次。如果每个节点缓存它，只要算 ${both.dLossDx} 次：每个节点一次。`,
    },
    expected: none.dLossDx,
  });
}

function slopes({ graph }: Network, dLossDxCached: Counts, both: Counts): Task {
  return numberTask({
    exact: true,
    label: { en: 'Count:', zh: '次数：' },
    ask: {
      en: 'Now dloss/dx is cached, but slope is not. The slope of a node is needed once for b, once for each incoming weight, and once for case 2 of each predecessor. How many times in total is a slope computed?',
      zh: '现在缓存 dloss/dx，不缓存 slope。一个节点的 slope，b 用一次，每条入边用一次，每个前驱的场景 2 用一次。slope 一共要算多少次？',
    },
    explain: {
      en: `${dLossDxCached.slope} times: 1 + 2 · (number of incoming edges) per node. If slope is cached, ${both.slope} times: once per node that has parameters.`,
      zh: `${dLossDxCached.slope} 次：每个节点 1 + 2 × 入边数。缓存之后只要算 ${both.slope} 次：每个有参数的节点一次。`,
    },
    expected: dLossDxCached.slope,
    mistakes: [
      {
        value: both.slope + graph.edgeCount,
        hint: {
          en: 'That counts b and the weights. Each predecessor needs the slope once more, for its case 2.',
          zh: '这只算了 b 和权重。每个前驱的场景 2 还要用一次。',
        },
      },
      {
        value: 2 * graph.edgeCount,
        hint: { en: 'The bias of each node needs the slope once, too.', zh: '每个节点的偏置也用一次。' },
      },
      {
        value: both.slope,
        hint: {
          en: 'That is the number with the cache: once per node that has parameters.',
          zh: '这是有缓存时的次数：每个有参数的节点一次。',
        },
      },
    ],
  });
}

function million(width: number, byDepth: CachesExercise['byDepth']): Task {
  const needed = byDepth.findIndex((at) => at.paths >= 1e6) + 1;
  const task = numberTask({
    exact: true,
    label: { en: 'Hidden layers:', zh: '隐藏层数：' },
    ask: {
      en: `A larger network: one input, hidden layers of ${width} nodes, one output. Each node reads the whole previous layer. Without caches, the work grows with the number of paths from input to output. How many hidden layers does it take to reach a million paths?`,
      zh: `更大的网络：一个输入，每个隐藏层 ${width} 个节点，一个输出，每个节点读取前一层的所有节点。没有缓存时，工作量随输入到输出的路径数增长。从几个隐藏层起，路径达到一百万条？`,
    },
    explain: {
      en: `Each layer multiplies the number of paths by ${width}, but adds only ${width * width} edges. With ${needed} layers: ${grouped(byDepth[needed - 1].paths)} paths, ${grouped(byDepth[needed - 1].edges)} edges. With the caches each edge is used once.`,
      zh: `每多一层，路径数乘以 ${width}，而边只增加 ${width * width} 条。${needed} 层时有 ${grouped(byDepth[needed - 1].paths)} 条路径，${grouped(byDepth[needed - 1].edges)} 条边。有了缓存，每条边只用一次。`,
    },
    expected: needed,
    mistakes: [],
  });
  return {
    ...task,
    check(typed) {
      const verdict = task.check(typed);
      const layers = parseNumber(typed);
      if (verdict.correct || Number.isNaN(layers)) return verdict;
      return {
        correct: false,
        hint:
          layers < needed
            ? {
                en: `Fewer than a million. Each hidden layer multiplies the number of paths by ${width}.`,
                zh: `还不到一百万。每个隐藏层把路径数乘以 ${width}。`,
              }
            : {
                en: 'More than a million, but fewer hidden layers are enough.',
                zh: '超过一百万了，但更少的层就够了。',
              },
      };
    },
  };
}
