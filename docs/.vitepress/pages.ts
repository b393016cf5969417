/** A group of pages in the sidebar. */
export interface Group {
  readonly title: string;
  readonly titleZh: string;
  /** Paths in the repository, without `.md`. */
  readonly files: readonly string[];
}

/** The pages of the site in reading order, in groups. The build fails if a guide is not in any group. */
export const groups: readonly Group[] = [
  {
    title: 'Getting started',
    titleZh: '入门',
    files: ['docs/guides/your-first-network', 'docs/guides/choosing-packages', 'docs/guides/glossary'],
  },
  {
    title: 'The method',
    titleZh: '方法',
    files: [
      'docs/guides/method-1-the-network',
      'docs/guides/method-2-case-1-an-output',
      'docs/guides/method-3-case-2-any-other-node',
      'docs/guides/method-4-case-3-the-parameters',
      'docs/guides/method-5-the-gradient-cache',
      'docs/guides/method-6-errors-in-the-article',
    ],
  },
  {
    title: 'Train',
    titleZh: '训练',
    files: [
      'docs/guides/fast-training',
      'docs/guides/weights-and-freezing',
      'docs/guides/fit-a-curve',
      'docs/guides/command-line',
    ],
  },
  {
    title: 'Build',
    titleZh: '构建',
    files: [
      'docs/guides/products-and-pooling',
      'docs/guides/networks-with-memory',
      'docs/guides/an-lstm-is-nine-nodes',
      'docs/guides/convolution-is-weight-sharing',
      'docs/guides/time-in-the-playground',
      'docs/guides/playground-in-class',
    ],
  },
  { title: 'Explain', titleZh: '解释', files: ['docs/guides/explain'] },
  {
    title: 'Save and exchange',
    titleZh: '保存与交换',
    files: ['docs/guides/save', 'docs/guides/onnx', 'docs/guides/pytorch', 'docs/guides/importing-models'],
  },
  {
    title: 'Extend',
    titleZh: '扩展',
    files: ['docs/guides/your-own-activation', 'docs/guides/your-own-loss', 'docs/guides/testing-your-derivative'],
  },
  {
    title: 'Contribute',
    titleZh: '参与开发',
    files: [
      'CONTRIBUTING',
      'ARCHITECTURE',
      'docs/guides/add-an-activation',
      'docs/guides/add-a-loss',
      'docs/guides/add-an-optimizer',
      'docs/guides/add-an-engine',
      'docs/guides/guarantees',
      'SECURITY',
    ],
  },
];
