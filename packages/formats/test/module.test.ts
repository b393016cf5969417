import { identity, leakyRelu, sine, tanh } from '@nnbp/activations';
import { everyActivation, randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Activation, GraphBuilder, mlp, Network, Random, Standardization } from '@nnbp/core';
import { toModule } from '@nnbp/formats';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';

interface Module {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly predict: (input: ArrayLike<number>) => number[];
}

const loaded = (js: string) =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(js)}`) as Promise<Module>;

function randomNetwork(seed: number): { network: Network; rows: number[][] } {
  const random = new Random(seed);
  // Half of the graphs are small enough for one line per node.
  const graph = randomGraph(random, { nodes: seed % 2 === 0 ? 40 : 300 });
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  if (seed % 3 === 0) {
    const scaler = (count: number) =>
      new Standardization(
        Array.from({ length: count }, () => random.uniform() - 0.5),
        Array.from({ length: count }, () => 0.5 + random.uniform()),
      );
    network.inputScaler = scaler(graph.inputCount);
    network.outputScaler = scaler(graph.outputs.length);
  }
  network.outputTransform = (['none', 'sigmoid', 'softmax', 'logSoftmax'] as const)[
    seed % 4 === 3 ? 1 + (seed % 3) : 0
  ];
  const { inputs } = randomSamples(graph, random, 5);
  const rows = Array.from({ length: 5 }, (_, s) =>
    Array.from(inputs.slice(s * graph.inputCount, (s + 1) * graph.inputCount)),
  );
  return { network, rows };
}

describe('the outputs of a module are bit-identical to those of the network', () => {
  test('modules of random graphs have outputs bit-identical to those of the network', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const forms = { unrolled: 0, tables: 0 };
    for (let k = 0; k < 60; k++) {
      const { network, rows } = randomNetwork(seed + k);
      const { js } = toModule(network);
      forms[js.includes('const layers = [') ? 'tables' : 'unrolled']++;
      const { predict } = await loaded(js);
      for (const row of rows) {
        const [actual, expected] = [predict(row), network.predict(row)];
        expect(
          actual.map((value, n) => Object.is(value, expected[n])),
          `seed ${seed + k}`,
        ).toEqual(expected.map(() => true));
      }
    }
    expect(Math.min(forms.unrolled, forms.tables)).toBeGreaterThan(5);
  });

  test.each(everyActivation)(
    'a module with $name has outputs bit-identical to those of the network',
    async (activation) => {
      const network = new Network(mlp([1, 1], { activation, fixed: { c: 1 } }));
      network.setParameters('output.0', { b: 0, w: { 'input.0': 1 } });
      const { predict } = await loaded(toModule(network).js);
      for (let k = -2000; k <= 2000; k++) {
        const h = k % 10 === 0 ? k : k / 97;
        expect(Object.is(predict([h])[0], network.predict([h])[0]), String(h)).toBe(true);
      }
    },
  );

  test('a module has the same outputs as the network if the input is a typed array', async () => {
    const network = new Network(mlp([20, 30, 3], { activation: tanh }), { seed: 3 });
    const { predict } = await loaded(toModule(network).js);
    const row = Float64Array.from({ length: 20 }, (_, k) => Math.sin(k));
    expect(predict(row)).toEqual(network.predict(row));
  });

  test('a module with parameters such as −0 and 5e-324 has outputs bit-identical to those of the network', async () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x'), builder.input('y')];
    builder.output(builder.node('sum', { from: [x, y], activation: identity }));
    const network = new Network(builder.build());
    for (const [b, c, v, w] of [
      [-0, 1, -0, 0],
      [5e-324, 1, 1e21, -1e-7],
      [0.1 + 0.2, -1 / 3, 123456789.12345679, -1.7976931348623157e300],
    ]) {
      network.setParameters('sum', { b, c, w: { x: v, y: w } });
      const { predict } = await loaded(toModule(network).js);
      for (const row of [
        [0, 0],
        [-0, 0],
        [1e-300, 1e-3],
      ]) {
        expect(Object.is(predict(row)[0], network.predict(row)[0])).toBe(true);
      }
    }
  });
});

describe('the code of a module', () => {
  test('toModule writes a small network as one line per node', () => {
    const network = new Network(mlp([2, 1, 1], { activation: tanh, outputActivation: identity, fixed: { c: 1 } }));
    network.setParameters('layer1.0', { b: 0.5, w: { 'input.0': 1, 'input.1': -2 } });
    network.setParameters('output.0', { b: -0.25, w: { 'layer1.0': 3 } });
    expect(toModule(network).js).toBe(`// Written by toModule of @nnbp/formats. This file has no dependencies.

/** The names of the inputs. */
export const inputs = ["input.0","input.1"];

/** The names of the outputs. */
export const outputs = ["output.0"];

const tanh = Math.tanh;
const identity = (h) => h;

/** The outputs for one input, in the order of \`outputs\`. */
export function predict(input) {
  if (input.length !== 2) throw new RangeError(\`expected 2 numbers, received \${input.length}\`);
  const x0 = input[0]; // "input.0"
  const x1 = input[1]; // "input.1"
  const x2 = tanh(0.5 + 1 * x0 - 2 * x1); // "layer1.0"
  const x3 = identity(-0.25 + 3 * x2); // "output.0"
  return [x3];
}
`);
  });

  test('a module has one function for each combination of an activation and its options', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    const activations = [leakyRelu, leakyRelu.negativeSlope(-1), leakyRelu.negativeSlope(-1), sine.frequency(3), sine];
    const ids = activations.map((activation, k) => builder.node(String(k), { from: [x], activation }));
    builder.output(...ids);
    const network = new Network(builder.build(), { seed: 2 });
    const { js } = toModule(network);
    expect(js.match(/^const \w+ =/gm)).toEqual([
      ...['const leakyRelu =', 'const leakyRelu2 =', 'const sine =', 'const sine2 ='],
    ]);
    const { predict } = await loaded(js);
    expect(predict([-0.7])).toEqual(network.predict([-0.7]));
  });

  test('a module omits nodes that no output needs', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    builder.node('unused', { from: [x], activation: sine });
    builder.output(builder.node('y', { from: [x], activation: tanh }));
    expect(toModule(new Network(builder.build())).js).not.toMatch(/unused|sine/);
  });

  test('a module escapes names that would end a string, a comment or a script element', async () => {
    const hostile = [
      '"];\nthrow 1;//',
      '*/ throw 2; /*',
      '\u2028throw 3;//',
      '${(() => { throw 4 })()}',
      '</script><!--\u202e',
      '__proto__',
    ];
    for (const width of [1, 300]) {
      const builder = new GraphBuilder();
      const inputs = hostile.map((id) => builder.input(id));
      const hidden = builder.layer(width, { from: inputs, activation: tanh, name: hostile[2] });
      builder.output(builder.node('\u2029throw 5', { from: hidden, activation: tanh }));
      const network = new Network(builder.build(), { seed: 1 });
      const { js } = toModule(network);
      expect(js).not.toMatch(/<[/!]|[\u2028\u2029\u202e]/);
      const module = await loaded(js);
      expect(module.inputs).toEqual(hostile);
      expect(module.predict([1, 2, 3, 4, 5, 6])).toEqual(network.predict([1, 2, 3, 4, 5, 6]));
    }
  });

  test('a module has no eval and no import, and rejects an input of the wrong length', async () => {
    for (const size of [2, 100]) {
      const { js } = toModule(new Network(mlp([size, 8, 1], { activation: tanh })));
      expect(js).not.toMatch(/\beval\b|\bFunction\b|\bimport\b|\brequire\b/);
      const { predict } = await loaded(js);
      expect(() => predict([1])).toThrow(new RangeError(`expected ${size} numbers, received 1`));
    }
  });

  test('a module has a valid type declaration', () => {
    const network = new Network(mlp([2, 3, 1], { activation: tanh }));
    const { dts } = toModule(network);
    const use = `import { inputs, outputs, predict } from './network.js';
      const names: readonly ['input.0', 'input.1'] = inputs;
      const y: number[] = predict(new Float32Array(2));
      const output: 'output.0' = outputs[0];
      // @ts-expect-error: a string is not an input
      predict(['a']);
      export { names, output, y };`;
    expect(problems({ 'network.d.ts': dts, 'use.ts': use })).toEqual([]);
  }, 30_000);

  test('toModule rejects a custom activation, and the error names the node', () => {
    const builder = new GraphBuilder();
    const cube: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h ** 2 };
    builder.output(builder.node('bend', { from: [builder.input('x')], activation: cube }));
    const error = errorOf(() => toModule(new Network(builder.build())));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/Node "bend".*"cube"/)]);
  });

  test('toModule rejects a parameter that is not finite', () => {
    const network = new Network(mlp([1, 1], { activation: tanh }));
    network.parameters.vector[0] = NaN;
    expect(errorOf(() => toModule(network)).code).toBe('NOT_FINITE');
  });
});

/** The type errors in the given files. */
function problems(files: Readonly<Record<string, string>>): string[] {
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2015.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  const own = (name: string) => files[name.replace(/^.*\//, '')] as string | undefined;
  host.readFile = (name) => own(name) ?? readFile(name);
  host.fileExists = (name) => own(name) !== undefined || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = own(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
