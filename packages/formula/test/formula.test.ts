import { Network } from '@nnbp/core';
import { formulaActivations, formulaGraph, namesIn, parseFormula, power } from '@nnbp/formula';
import { load, save } from '@nnbp/formats';
import { checkActivation, checkNetwork } from '@nnbp/gradcheck';
import { mse } from '@nnbp/losses';
import { levenbergMarquardt } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { describe, expect, test } from 'vitest';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** The value of a formula of x with the given parameters. */
function valueOf(formula: string, x: number, parameters: Readonly<Record<string, number>>): number {
  const { graph, parameters: names } = formulaGraph(formula, ['x']);
  const network = new Network(graph);
  for (const name of names) network.setParameters(name, { b: parameters[name] });
  return network.predict([x])[0];
}

describe('formulaGraph', () => {
  test.each<[formula: string, expected: (x: number, a: number, b: number) => number]>([
    ['a', (_x, a) => a],
    ['a + b*x', (x, a, b) => a + b * x],
    ['a - b - x', (x, a, b) => a - b - x],
    ['a/b/x', (x, a, b) => a / b / x],
    ['a*(1 - exp(-b*x))', (x, a, b) => a * (1 - Math.exp(-b * x))],
    ['-x^2 + a', (x, a) => -(x ** 2) + a],
    ['(-x)^2 * a', (x, a) => x ** 2 * a],
    ['-(x^2) * a', (x, a) => -(x ** 2) * a],
    ['2^-a * x', (x, a) => 2 ** -a * x],
    ['x^a^b', (x, a, b) => x ** (a ** b)],
    ['(x^a)^b', (x, a, b) => (x ** a) ** b],
    ['a*x*x*x', (x, a) => a * x ** 3],
    ['exp (a) * x', (x, a) => Math.exp(a) * x],
    ['a*exp(-((x - b)/2)^2)', (x, a, b) => a * Math.exp(-(((x - b) / 2) ** 2))],
    [
      'a*sin(pi*x/12) + b*cos(x) + tan(x)',
      (x, a, b) => a * Math.sin((Math.PI * x) / 12) + b * Math.cos(x) + Math.tan(x),
    ],
    ['ln(a*x) + log(b)', (x, a, b) => Math.log(a * x) + Math.log(b)],
    ['sqrt(a)*abs(-x) + arctan(b)', (x, a, b) => Math.sqrt(a) * Math.abs(-x) + Math.atan(b)],
    ['sinh(x)*a + cosh(b) + tanh(x*a)', (x, a, b) => Math.sinh(x) * a + Math.cosh(b) + Math.tanh(x * a)],
    ['a*exp(0) + sqrt(4)*x', (x, a) => a + 2 * x],
    ['+a * 3e-1', (_x, a) => a * 0.3],
  ])('formulaGraph computes %s', (formula, expected) => {
    for (const [x, a, b] of [
      [0.7, 1.3, 0.4],
      [2, 0.5, 1.9],
    ]) {
      const value = expected(x, a, b);
      expect(valueOf(formula, x, { a, b })).toBeCloseTo(value, 12);
    }
  });

  test('the only trainable parameters of a formula graph are those of the formula, and inputs and output have the given names', () => {
    const { graph, parameters } = formulaGraph('b1*(1 - exp(-b2*x)) + b1', ['x'], 'height');
    expect(parameters).toEqual(['b1', 'b2']);
    expect(graph.parameterCount).toBe(2);
    expect(graph.ids.slice(0, graph.inputCount)).toEqual(['x']);
    expect(Array.from(graph.outputs, (i) => graph.ids[i])).toEqual(['height']);
  });

  test('formulaGraph shares one node between equal expressions', () => {
    expect(formulaGraph('exp(a*x) + exp(a*x)^2', ['x']).graph.ids.filter((id) => id.startsWith('exp('))).toHaveLength(
      1,
    );
  });

  test('parseFormula accepts mathematical characters such as ×, ² and α', () => {
    expect(parseFormula('a·x² − b×x³ ÷ (c ⋅ −2)²')).toEqual(parseFormula('a*x^2 - b*x^3 / (c * -2)^2'));
    expect(parseFormula('x⁴ – x⁻¹⁰/x²³')).toEqual(parseFormula('x^4 - x^(-10)/x^23'));
    expect(namesIn(parseFormula('α·τ₁'))).toEqual(['α', 'τ₁']);
  });

  test('the parameters of a formula start at 1, not at 0, where the derivatives of a product can be 0', async () => {
    const network = new Network(formulaGraph('a*exp(-b*x)', ['x']).graph);
    expect([...network.parameters.vector]).toEqual([1, 1]);
    const inputs = [0, 1, 2, 3].map((x) => [x]);
    const targets = inputs.map(([x]) => [3 * Math.exp(-0.5 * x)]);
    await fit(network, { inputs, targets }, { loss: mse(), optimizer: levenbergMarquardt(), epochs: 50 });
    expect(network.getParameters('a').b).toBeCloseTo(3, 10);
    expect(network.getParameters('b').b).toBeCloseTo(0.5, 10);
  });

  test('derivatives of a formula graph agree with finite differences', () => {
    const { graph } = formulaGraph('(a + b*x + c*x^2)/(1 + d*x)^(1/e) - arctan(a/(x - b))/pi', ['x']);
    const network = new Network(graph);
    const values: Record<string, number> = { a: 1.2, b: 0.4, c: -0.3, d: 0.8, e: 1.7 };
    for (const [name, b] of Object.entries(values)) network.setParameters(name, { b });
    const report = checkNetwork(network, [[0.9], [2.1]], [[1], [2]], mse());
    expect(report.mismatches).toEqual([]);
  });

  test('a formula graph can be saved, and loaded with formulaActivations', () => {
    const { graph } = formulaGraph('a*exp(-b*x) + log(x)', ['x']);
    const network = new Network(graph);
    network.setParameters('a', { b: 2 });
    expect(load(save(network), { activations: formulaActivations }).network.predict([1.5])).toEqual(
      network.predict([1.5]),
    );
  });

  test.each<[what: string, formula: string, variables: string[], code: string, message: RegExp]>([
    ['an unknown function', 'sim(x)*a', ['x'], 'UNKNOWN_ID', /unknown function "sim"/],
    ['a function inherited from Object', 'constructor(x)*a', ['x'], 'UNKNOWN_ID', /unknown function "constructor"/],
    ['a power with a negative base', 'a*(-2)^x', ['x'], 'OUT_OF_RANGE', /base .* expected a number > 0, received -2/],
    ['a power with base 0', 'a*0^x', ['x'], 'OUT_OF_RANGE', /base .* received 0/],
    ['a formula without parameters', '2*x', ['x'], 'EMPTY_DATA', /expected at least one parameter/],
    ['an unclosed parenthesis', 'a*(x', ['x'], 'MALFORMED', /formula "a\*\(x"/],
    ['an assignment', 'y = a*x', ['x'], 'MALFORMED', /expected only the right-hand side, without "="/],
    ['a string', 'a*"x"', ['x'], 'MALFORMED', /expected numbers, names/],
    ['a member access', 'a.b', ['x'], 'MALFORMED', /expected numbers, names/],
    ['an index access', 'a[0]', ['x'], 'MALFORMED', /expected numbers, names/],
    ['a call of a call', 'exp(x)(a)', ['x'], 'MALFORMED', /expected numbers, names/],
    ['a call with two arguments', 'exp(x, a)', ['x'], 'MALFORMED', /takes one expression, received 2/],
    ['a list', '(a, x)', ['x'], 'MALFORMED', /takes one expression, received 2/],
    ['a call without arguments', 'exp()*a', ['x'], 'MALFORMED', /takes one expression, received 0/],
    ['two expressions', 'a; x', ['x'], 'MALFORMED', /formula/],
    ['a dollar sign', '$group(a)', ['x'], 'MALFORMED', /unexpected character "\$"/],
    ['an empty formula', '', ['x'], 'MALFORMED', /formula/],
    [
      'an output with the name of a parameter',
      'y*x',
      ['x'],
      'DUPLICATE_ID',
      /output: "y" is already the id of another node/,
    ],
    ['a duplicate variable', 'a*x', ['x', 'x'], 'DUPLICATE_ID', /x/],
  ])('formulaGraph rejects %s', (_, formula, variables, expected, message) => {
    const build = () => formulaGraph(formula, variables);
    expect(build).toThrow(code(expected));
    expect(build).toThrow(message);
  });

  test('parseFormula rejects formulas that are too long or too deeply nested', () => {
    expect(() => parseFormula('a+'.repeat(6000) + 'a')).toThrow(code('TOO_LARGE'));
    expect(() => parseFormula(`${'('.repeat(300)}a${')'.repeat(300)}`)).toThrow(code('MALFORMED'));
  });
});

describe('functions of one variable', () => {
  test.each([...formulaActivations, power(3), power(-0.5)])(
    '$name has a derivative that matches finite differences',
    (g) => {
      for (const h of [0.3, 1.1, 2.7]) {
        const difference = (g.value(h + 1e-6) - g.value(h - 1e-6)) / 2e-6;
        const slope = g.derivative(h, g.value(h));
        expect(Math.abs(slope - difference)).toBeLessThan(1e-8 * Math.max(1, Math.abs(slope)) * 100);
      }
    },
  );

  test('cosine, arctangent and absolute pass checkActivation', () => {
    for (const g of formulaActivations.filter(({ name }) => ['cosine', 'arctangent', 'absolute'].includes(name))) {
      expect(checkActivation(g).ok, g.name).toBe(true);
    }
  });
});
