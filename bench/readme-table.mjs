/** The table of the READMEs: the speedup over each other library, from results.json. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { results } from './results.mjs';
import { short } from './table.mjs';

const peers = {
  'brain.js': 'brain.js',
  synaptic: 'synaptic',
  neataptic: 'neataptic',
  convnetjs: 'convnetjs',
  'jax-js': 'jax-js',
  'tfjs-wasm': 'tfjs-wasm',
  pytorch: 'PyTorch 1.13',
};

const languages = [
  {
    file: 'README.md',
    first: 'network',
    notMeasured: 'not measured',
    works: {
      'tiny-online': '2-8-8-1, one sample at a time',
      'tiny-batch': '2-8-8-1, batch size 32',
      'digits-mlp': '784-128-64-10, batch size 64',
      'wide-mlp': '1024-1024-1024-10, batch size 128',
      'random-graph': '2,000 nodes, 20,000 edges, 70 levels, batch size 64',
    },
  },
  {
    file: 'README.zh-CN.md',
    first: '网络',
    notMeasured: '未测量',
    works: {
      'tiny-online': '2-8-8-1，逐个样本',
      'tiny-batch': '2-8-8-1，批大小 32',
      'digits-mlp': '784-128-64-10，批大小 64',
      'wide-mlp': '1024-1024-1024-10，批大小 128',
      'random-graph': '2,000 个节点、20,000 条边、70 层，批大小 64',
    },
  },
];

const [begin, end] = ['<!-- Written by bench/run.mjs. -->', '<!-- End of the table. -->'];

/** @returns {Promise<[path: string, text: string][]>} Each README with the table as results.json has it. */
export const readmesWithTable = () =>
  Promise.all(
    languages.map(async (language) => {
      const path = fileURLToPath(new URL(`../${language.file}`, import.meta.url));
      const text = readFileSync(path, 'utf8');
      const [from, to] = [text.indexOf(begin), text.indexOf(end)];
      if (from < 0 || to < from) throw new Error(`${language.file}: put "${begin}" and "${end}" around the table.`);
      const changed = `${text.slice(0, from)}${begin}\n\n${tableOf(language)}\n\n${text.slice(to)}`;
      return [path, await format(changed, { ...(await resolveConfig(path)), filepath: path })];
    }),
  );

function tableOf({ first, works, notMeasured }) {
  const { rows } = results();
  const cell = (work, contender) => {
    const row = rows.find((one) => one.work === work && one.contender === contender);
    return typeof row?.nnbpTimesAsFast === 'number' ? short(row.nnbpTimesAsFast) : notMeasured;
  };
  const lines = Object.entries(works).map(([work, title]) => [title, ...Object.keys(peers).map((peer) => cell(work, peer))]);
  const header = [first, ...Object.values(peers)];
  const all = [header, header.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
