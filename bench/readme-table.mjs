/**
 * Generates the benchmark tables in the READMEs from results.json: typical calls, and the speedup over other libraries.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatted } from '../scripts/formatted.mjs';
import { results } from './results.mjs';
import { short } from './table.mjs';

/** Columns of the speedup table. */
const peers = {
  'brain.js': 'brain.js',
  synaptic: 'synaptic',
  neataptic: 'neataptic',
  convnetjs: 'convnetjs',
  'jax-js': 'jax-js',
  'tfjs-wasm': 'tfjs-wasm',
  pytorch: 'PyTorch 1.13',
};

/** Columns of the table of typical calls. */
const libraries = {
  nnbp: '`nnbp`',
  scoped: '`@nnbp/*`',
  'brain.js': 'brain.js',
  synaptic: 'synaptic',
  neataptic: 'neataptic',
  'tfjs-wasm': 'tfjs-wasm',
};

const languages = [
  {
    file: 'README.md',
    workloadHeader: 'network',
    callHeader: 'call',
    notMeasured: 'not measured',
    notReached: 'not reached',
    perSecond: (value) => `${value}/s`,
    calls: {
      'predict-small': 'predict one sample, 2-8-8-1',
      'predict-large': 'predict one sample, 784-128-64-10',
      'predict-1000': 'predict 1,000 samples, 784-128-64-10',
      'train-online': 'train on 1,000 samples, 2-8-8-1, one at a time',
      'train-batch': 'the same, batch size 32',
      'train-to-loss': 'train 2-8-1 to a squared error of 0.05',
      load: 'load 784-128-64-10 and predict',
      xor: 'XOR to squared error 0.005, from process start',
      startUp: 'first prediction, from import',
    },
    workloads: {
      'tiny-online': '2-8-8-1, one sample at a time',
      'tiny-batch': '2-8-8-1, batch size 32',
      'digits-mlp': '784-128-64-10, batch size 64',
      'wide-mlp': '1024-1024-1024-10, batch size 128',
      'random-graph': '2,000 nodes, 20,000 edges, 70 levels, batch size 64',
    },
  },
  {
    file: 'README.zh-CN.md',
    workloadHeader: '网络',
    callHeader: '调用',
    notMeasured: '未测量',
    notReached: '未达到',
    perSecond: (value) => `每秒 ${value}`,
    calls: {
      'predict-small': '预测一个样本，2-8-8-1',
      'predict-large': '预测一个样本，784-128-64-10',
      'predict-1000': '预测 1,000 个样本，784-128-64-10',
      'train-online': '训练 1,000 个样本，2-8-8-1，逐个样本',
      'train-batch': '同上，批大小 32',
      'train-to-loss': '训练 2-8-1 到平方误差 0.05',
      load: '读取 784-128-64-10 并预测',
      xor: 'XOR 到平方误差 0.005，从进程启动算起',
      startUp: '第一次预测，从 import 算起',
    },
    workloads: {
      'tiny-online': '2-8-8-1，逐个样本',
      'tiny-batch': '2-8-8-1，批大小 32',
      'digits-mlp': '784-128-64-10，批大小 64',
      'wide-mlp': '1024-1024-1024-10，批大小 128',
      'random-graph': '2,000 个节点、20,000 条边、70 层，批大小 64',
    },
  },
];

const end = '<!-- End of the table. -->';
const tables = [
  { begin: '<!-- Written by bench/calls.mjs, xor.mjs and start-up.mjs. -->', tableOf: callsTable },
  { begin: '<!-- Written by bench/run.mjs. -->', tableOf: speedupTable },
];

/** @returns {Promise<[path: string, text: string][]>} Each README with the tables computed from results.json. */
export const readmesWithTable = () =>
  Promise.all(
    languages.map(async (language) => {
      const path = fileURLToPath(new URL(`../${language.file}`, import.meta.url));
      let text = readFileSync(path, 'utf8');
      for (const { begin, tableOf } of tables) {
        const from = text.indexOf(begin);
        const to = text.indexOf(end, from);
        if (from < 0 || to < from) throw new Error(`${language.file}: table not found. Put "${begin}" before it and "${end}" after it.`);
        text = `${text.slice(0, from)}${begin}\n\n${tableOf(language)}\n\n${text.slice(to)}`;
      }
      return [path, await formatted(path, text)];
    }),
  );

function speedupTable({ workloadHeader, workloads, notMeasured }) {
  const { rows } = results();
  const cell = (workload, library) => {
    const row = rows.find((one) => one.workload === workload && one.library === library);
    return typeof row?.speedup === 'number' ? short(row.speedup) : notMeasured;
  };
  const lines = Object.entries(workloads).map(([workload, title]) => [title, ...Object.keys(peers).map((peer) => cell(workload, peer))]);
  return markdown([workloadHeader, ...Object.values(peers)], lines);
}

/** The table of typical calls: calls or samples per second, or milliseconds per call. */
function callsTable({ callHeader, calls, notMeasured, notReached, perSecond }) {
  const { calls: measured = [], xor = [], startUp = [] } = results();
  const rate = (value) => (value < 1e6 ? short(value) : `${short(value / 1e6)} M`);
  const milliseconds = (value) => `${short(value)} ms`;
  const cell = (call, library) => {
    const find = (rows) => rows.find((row) => row.library === library && (row.call ?? call) === call);
    if (call === 'startUp') return find(startUp) ? milliseconds(find(startUp).predictMs) : notMeasured;
    if (call === 'xor') {
      const row = find(xor);
      return row === undefined ? notMeasured : row.reached < row.runs / 2 ? notReached : milliseconds(row.milliseconds);
    }
    const row = find(measured);
    if (row?.perSecond === undefined) return row === undefined ? notMeasured : notReached;
    return call === 'train-to-loss' || call === 'load' ? milliseconds(1000 / row.perSecond) : perSecond(rate(row.perSecond));
  };
  const lines = Object.entries(calls)
    .map(([call, title]) => [title, ...Object.keys(libraries).map((library) => cell(call, library))])
    .filter(([, ...cells]) => cells.some((text) => text !== notMeasured));
  return markdown([callHeader, ...Object.values(libraries)], lines);
}

function markdown(header, lines) {
  const all = [header, header.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
