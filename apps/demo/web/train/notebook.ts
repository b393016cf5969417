/** Writes a Jupyter notebook with a PyTorch module, its weights, and an example prediction. */
import { type Network, predictSequence } from '@nnbp/core';
import type { PyTorchFiles } from '@nnbp/interop';

/** Returns the notebook as JSON, in notebook format 4.5. */
export function notebook(network: Network, files: PyTorchFiles): string {
  const { graph } = network;
  const row = Array.from({ length: graph.inputCount }, () => 0.5);
  // A network with delays takes sequences, `[samples × steps × inputs]`.
  const hasTime = graph.initialValues !== undefined;
  const rows = [row, row, row];
  const [inputs, expected] = hasTime
    ? [rows.map(list).join(', '), predictSequence(network, rows).map(list).join(', ')]
    : [list(row), list(network.predict(row))];
  const cells = [
    markdown(
      `# A network trained with @nnbp\n\nInputs: ${graph.inputCount}. Outputs: ${graph.outputs.length}. ` +
        `Parameters: ${graph.parameterCount}. The notebook contains the weights. It needs only \`torch\`.`,
    ),
    code(files['network.py']),
    code(
      [
        'import base64, pathlib',
        '',
        `weights = "${base64(files['weights.safetensors'])}"`,
        'pathlib.Path("weights.safetensors").write_bytes(base64.b64decode(weights))',
        'network = Network(torch.float64).load("weights.safetensors")',
      ].join('\n'),
    ),
    markdown(
      `One ${hasTime ? 'sequence of three steps' : 'row of inputs'}, and the output that @nnbp predicts, for comparison.`,
    ),
    code(
      [
        `inputs = torch.tensor([${hasTime ? `[${inputs}]` : inputs}], dtype=torch.float64)`,
        `expected = torch.tensor([${hasTime ? `[${expected}]` : expected}], dtype=torch.float64)`,
        'outputs = network(inputs)',
        'print(outputs, expected)',
        'assert torch.allclose(outputs, expected, atol=1e-9)',
      ].join('\n'),
    ),
  ];
  return JSON.stringify(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
        language_info: { name: 'python' },
      },
      cells: cells.map((cell, k) => ({ id: `cell-${k}`, ...cell })),
    },
    null,
    1,
  );
}

const list = (row: readonly number[]) => `[${row.join(', ')}]`;

const markdown = (source: string) => ({ cell_type: 'markdown', metadata: {}, source });

const code = (source: string) => ({ cell_type: 'code', metadata: {}, execution_count: null, outputs: [], source });

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
