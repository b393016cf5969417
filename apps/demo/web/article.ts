/** The article's graph, with the parameters in `packages/conformance/src/golden.json`. */
export const articleDescription = {
  inputs: ['1'],
  nodes: [
    { id: '2', from: ['1'], activation: 'sigmoid', b: 0.1, c: 1.2, w: [0.15] },
    { id: '3', from: ['1'], activation: 'sigmoid', b: -0.2, c: 0.8, w: [-0.25] },
    { id: '4', from: ['2', '3'], activation: 'sigmoid', b: 0.05, c: 1.5, w: [0.4, -0.5] },
    { id: '5', from: ['2', '3'], activation: 'sigmoid', b: -0.1, c: -0.9, w: [0.3, 0.7] },
    { id: '6', from: ['2', '3'], activation: 'sigmoid', b: 0.2, c: 2, w: [-0.6, 0.9] },
    { id: '7', from: ['4', '5', '6'], activation: 'sigmoid', b: 0.3, c: 3, w: [0.25, -0.35, 0.45] },
  ],
  outputs: ['7'],
};
