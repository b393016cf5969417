import { gaussian, identity, relu, sigmoid, silu, sine, softplus, tanh } from '@nnbp/activations';
import { articleNetwork, everyActivation, everyLoss } from '@nnbp/conformance';
import { type Activation, GraphBuilder, type Loss, mlp, Network } from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { type Derivation, explain, nameOf, type Step, type WritingOptions } from '../src/index.js';
import { evaluate } from './arithmetic.js';
import { everyQuantity, outputInTheMiddle, randomSample, stepsOf } from './samples.js';

const article = (what: string) => explain(articleNetwork(), [0.5], [10], mse(), what);
const whole: WritingOptions = { maxTerms: 1000, depth: 1000, steps: 100_000, digits: 17 };

const rendered = new Set<string>();

function render(formula: string, displayMode: boolean): void {
  if (rendered.has(formula)) return;
  katex.renderToString(formula, { displayMode, strict: 'error', throwOnError: true });
  rendered.add(formula);
}

/** The equations `name = … = value` of a plain-text derivation, with their continuation lines joined. */
function equations(text: string): { name: string; sides: string[]; reused: boolean }[] {
  const equations: { name: string; sides: string[]; reused: boolean }[] = [];
  const body = text.slice(text.search(/^(Backward|Forward)/m));
  for (const line of body.split('\n')) {
    const bare = line.replace(/^(case \d)?[ │├└─]*/u, '');
    if (/^(Backward|Forward|…|$)/.test(bare)) continue;
    if (bare.startsWith('= ')) equations.at(-1)!.sides.push(...bare.slice(2).split(' = '));
    else if (bare.startsWith('+ ')) equations.at(-1)!.sides.push(`${equations.at(-1)!.sides.pop()} ${bare}`);
    else {
      const [name, ...sides] = bare.replace(/ {3}reused$/, '').split(' = ');
      equations.push({ name, sides, reused: bare.endsWith('   reused') });
    }
  }
  return equations;
}

describe('plain text', () => {
  it('text() aligns numbers below their symbols', () => {
    expect(article('dloss/dw_2to4').text()).toBe(
      `dloss/dw_2to4 = -0.5121455772344743
case 1  dloss/dx of an output: differentiate the loss
case 2  dloss/dx of any other node: sum over its successors
case 3  derivatives inside a node: b, c, w and slope

Backward: from the requested quantity to the loss
case 3  dloss/dw_2to4 = dloss/dx_4 · slope_4  · x_2
        │             = -2.10423   · 0.373085 · 0.652366
        │             = -0.512146
case 2  ├─ dloss/dx_4 = dloss/dx_7 · slope_7  · w_4to7
        │  │          = -15.433    · 0.545384 · 0.25
        │  │          = -2.10423
case 1  │  ├─ dloss/dx_7 = 2 · (x_7 - t_7)
        │  │             = 2 · (2.28348 - 10)
        │  │             = -15.433
case 3  │  └─ slope_7 = c_7 · g'(h_7)
        │             = c_7 · g_7 · (1 - g_7)
        │             = 3 · 0.761161 · (1 - 0.761161)
        │             = 0.545384
case 3  └─ slope_4 = c_4 · g'(h_4)
                   = c_4 · g_4 · (1 - g_4)
                   = 1.5 · 0.53573 · (1 - 0.53573)
                   = 0.373085

Forward: how x, g and h are computed
x_1 = 0.5
h_2 = b_2 + w_1to2 · x_1 = 0.1 + 0.15 · 0.5 = 0.175
g_2 = sigmoid(h_2) = sigmoid(0.175) = 0.543639
x_2 = c_2 · g_2 = 1.2 · 0.543639 = 0.652366
h_3 = b_3 + w_1to3 · x_1 = -0.2 + (-0.25) · 0.5 = -0.325
g_3 = sigmoid(h_3) = sigmoid(-0.325) = 0.419458
x_3 = c_3 · g_3 = 0.8 · 0.419458 = 0.335566
h_4 = b_4  + w_2to4 · x_2      + w_3to4 · x_3
    = 0.05 + 0.4    · 0.652366 + (-0.5) · 0.335566
    = 0.143163
g_4 = sigmoid(h_4) = sigmoid(0.143163) = 0.53573
x_4 = c_4 · g_4 = 1.5 · 0.53573 = 0.803595
h_5 = b_5  + w_2to5 · x_2      + w_3to5 · x_3
    = -0.1 + 0.3    · 0.652366 + 0.7    · 0.335566
    = 0.330606
g_5 = sigmoid(h_5) = sigmoid(0.330606) = 0.581907
x_5 = c_5 · g_5 = -0.9 · 0.581907 = -0.523716
h_6 = b_6 + w_2to6 · x_2      + w_3to6 · x_3
    = 0.2 + (-0.6) · 0.652366 + 0.9    · 0.335566
    = 0.11059
g_6 = sigmoid(h_6) = sigmoid(0.11059) = 0.527619
x_6 = c_6 · g_6 = 2 · 0.527619 = 1.05524
h_7 = b_7 + w_4to7 · x_4      + w_5to7  · x_5         + w_6to7 · x_6
    = 0.3 + 0.25   · 0.803595 + (-0.35) · (-0.523716) + 0.45   · 1.05524
    = 1.15906
g_7 = sigmoid(h_7) = sigmoid(1.15906) = 0.761161
x_7 = c_7 · g_7 = 3 · 0.761161 = 2.28348`,
    );
  });

  it('text() returns the same columns in Chinese', () => {
    const [english, chinese] = (['en', 'zh'] as const).map((language) => article('dloss/dx_3').text({ language }));
    const formulasOf = (text: string) => text.split('\n').filter((line) => line.includes('='));
    expect(formulasOf(chinese).map((line) => line.replace('场景', 'case').replace('复用', 'reused'))).toEqual(
      formulasOf(english),
    );
    expect(chinese).toContain('场景 2  其他节点的 dloss/dx：对所有后继节点求和');
    expect(chinese).toContain('反向：从所求的量推导到 loss');
    expect(chinese).toContain('正向：x、g、h 的计算过程');
    expect(chinese).not.toMatch(/case|reused|Backward|Forward/);
  });

  it('text() breaks a long sum between its terms and marks reused quantities', () => {
    const text = article('dloss/dx_2').text();
    expect(text).toContain(`
case 2  dloss/dx_2 = dloss/dx_4 · slope_4     · w_2to4
        │          + dloss/dx_5 · slope_5     · w_2to5
        │          + dloss/dx_6 · slope_6     · w_2to6
        │          = -2.10423   · 0.373085    · 0.4
        │          + 2.94593    · (-0.218962) · 0.3
        │          + (-3.78762) · 0.498474    · (-0.6)
        │          = 0.625282
`);
    expect(text).toContain(`
case 1  │  ├─ dloss/dx_7 = -15.433   reused
case 3  │  └─ slope_7 = 0.545384   reused
`);
  });

  it('text() draws no tree line after the last term', () => {
    expect(article('dloss/dc_4').text().split('\n\n')[1]).toBe(`Backward: from the requested quantity to the loss
case 3  dloss/dc_4 = dloss/dx_4 · g_4
        │          = -2.10423   · 0.53573
        │          = -1.1273
case 2  └─ dloss/dx_4 = dloss/dx_7 · slope_7  · w_4to7
           │          = -15.433    · 0.545384 · 0.25
           │          = -2.10423
case 1     ├─ dloss/dx_7 = 2 · (x_7 - t_7)
           │             = 2 · (2.28348 - 10)
           │             = -15.433
case 3     └─ slope_7 = c_7 · g'(h_7)
                      = c_7 · g_7 · (1 - g_7)
                      = 3 · 0.761161 · (1 - 0.761161)
                      = 0.545384`);
  });

  it('text() abbreviates a long sum to its first terms and the last', () => {
    const network = new Network(mlp([1, 40, 1], { activation: tanh }), { seed: 1 });
    const { text } = explain(network, [0.5], [1], mse(), 'dloss/dx_input.0');
    const lines = text({ maxTerms: 3 }).split('\n');
    const begin = lines.findIndex((line) => line.startsWith('case 2  dloss/dx_'));
    expect(lines.slice(begin, begin + 4)).toEqual([
      'case 2  dloss/dx_input.0 = dloss/dx_layer1.0  · slope_layer1.0  · w_input.0tolayer1.0',
      '        │                + dloss/dx_layer1.1  · slope_layer1.1  · w_input.0tolayer1.1',
      '        │                + … [37] …',
      '        │                + dloss/dx_layer1.39 · slope_layer1.39 · w_input.0tolayer1.39',
    ]);
    expect(lines).toContain('        ├─ … 37 more terms, not expanded');
    expect(text({ maxTerms: 3, language: 'zh' })).toContain('        ├─ … 另有 37 项，此处不展开\n');
    // The last term is expanded, although the 37 terms before it are not.
    expect(lines).toContain("case 3  └─ slope_layer1.39 = c_layer1.39 · g'(h_layer1.39)");
  });

  it('text() expands the steps closest to the root and marks the others', () => {
    const shallow = article('dloss/dx_2').text({ depth: 2 });
    expect(shallow).toContain('case 1  │  ├─ dloss/dx_7 = -15.433   not expanded');
    const short = article('dloss/dx_2').text({ steps: 3 });
    // Only dloss/dx_2, dloss/dx_4, slope_4 and the forward values g_4, h_4 and x_2 are derived.
    expect(short.match(/ {3}not expanded/g)).toHaveLength(6);
    expect(short).toContain('Forward: how x, g and h are computed\n… earlier steps omitted\n');
    expect(article('x_7').text({ steps: 2 })).toBe(`x_7 = ${article('x_7').root.value}

Forward: how x, g and h are computed
… earlier steps omitted
g_7 = sigmoid(h_7) = sigmoid(1.15906) = 0.761161
x_7 = c_7 · g_7 = 3 · 0.761161 = 2.28348`);
  });

  it("text() with 17 digits shows the engine's numbers, and each equation holds, on random graphs", () => {
    const functions = {
      ...Object.fromEntries(everyActivation.map(({ name, value }) => [name, value])),
      sign: Math.sign,
      tanh: Math.tanh,
      exp: Math.exp,
      cos: Math.cos,
      clip: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
    };
    const losses = new Set<string>();
    let withNumbers = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { network, input, target, loss } = randomSample(seed, { nodes: 25 });
      const names = everyQuantity(network.graph);
      const { root, text } = explain(network, input, target, loss, names[seed % names.length]);
      const steps = new Map([...stepsOf(root)].map((step) => [plainName(step), step]));
      const written = equations(text(whole));
      // Every step is derived exactly once.
      expect(
        written
          .filter(({ reused }) => !reused)
          .map(({ name }) => name)
          .sort(),
        `seed ${seed}`,
      ).toEqual([...steps.keys()].sort());
      for (const { name, sides } of written) {
        const { value } = steps.get(name)!;
        // Equal except for the sign of a zero.
        expect(Number(sides.at(-1)) === value, `seed ${seed}: ${name} = ${sides.at(-1)}, ${value}`).toBe(true);
        // The side before the value contains numbers, unless the loss has no formula or the formula is just the value.
        const numbers = sides.slice(0, -1).at(-1);
        if (numbers === undefined || numbers.includes('_')) continue;
        const difference = Math.abs(evaluate(numbers, functions) - value);
        expect(difference, `seed ${seed}: ${name} = ${numbers}`).toBeLessThan(1e-12 * (1 + Math.abs(value)));
        withNumbers++;
        if (name.startsWith('dloss/dx') || name.startsWith('(dloss/dx')) losses.add(loss.name);
      }
    }
    expect(losses.size).toBe(everyLoss.length);
    expect(withNumbers).toBeGreaterThan(1000);
  });

  it('text() without limits marks a step as reused if and only if its state is reused', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { network, input, target, loss } = randomSample(seed, { nodes: 25 });
      const { root, text } = explain(network, input, target, loss, { quantity: 'dLossDx', node: network.graph.ids[0] });
      const isBackward = ({ quantity: { quantity } }: Step) => quantity === 'dLossDx' || quantity === 'slope';
      const expected = [...stepsOf(root)].filter(isBackward).map((step) => [plainName(step), step.state === 'reused']);
      const backward = text(whole).split('\n\nForward')[0];
      expect(
        equations(backward).map(({ name, reused }) => [name, reused]),
        `seed ${seed}`,
      ).toEqual(expected);
    }
  });

  it('text() writes the derivative of a custom function as a number', () => {
    const custom: Activation = { name: 'own', value: (h) => h * h, derivative: (h) => 2 * h };
    const slope = (activation: Activation, fixed: { c?: number }) => {
      const network = new Network(mlp([1, 1], { activation, fixed }), { initializer: () => -3 });
      return equations(explain(network, [1], [1], mse(), 'slope_output.0').text())[0].sides;
    };
    expect(slope(custom, {})).toEqual(["c_output.0 · g'(h_output.0)", '1 · (-6)', '-6']);
    expect(slope(custom, { c: 1 })).toEqual(["g'(h_output.0)", '-6']);
    expect(slope(identity, { c: 1 })).toEqual(["g'(h_output.0)", '1']);
    expect(slope(sigmoid, { c: 1 })[1]).toBe('g_output.0 · (1 - g_output.0)');
    // A custom activation with the name of a built-in does not use the formula of the built-in.
    expect(slope({ ...custom, name: 'sigmoid' }, { c: 1 })).toEqual(["g'(h_output.0)", '-6']);
  });

  const eight = new Network(mlp([1, 8], { activation: identity, fixed: { c: 1 } }), { initializer: () => -1 });
  const sides = (target: number[], loss: Loss) =>
    equations(explain(eight, [1], target, loss, 'dloss/dx_output.0').text({ maxTerms: 3 }))[0].sides;

  it('text() writes softmax with all outputs, and with the sum of the targets if it is not 1', () => {
    expect(sides([1, 0, 0, 0, 0, 0, 0, 0], softmaxCrossEntropy())).toEqual([
      'exp(x_output.0) / (exp(x_output.0) + exp(x_output.1) + … [5] … + exp(x_output.7)) - t_output.0',
      'exp(-1) / (exp(-1) + exp(-1) + … [5] … + exp(-1)) - 1',
      '-0.875',
    ]);
    expect(sides([1, 0, 0, 0, 0, 0, 0, 1], softmaxCrossEntropy())[0]).toBe(
      'exp(x_output.0) / (exp(x_output.0) + exp(x_output.1) + … [5] … + exp(x_output.7))' +
        ' · (t_output.0 + t_output.1 + … [5] … + t_output.7) - t_output.0',
    );
  });

  it.each<[string, (h: string, g: string) => string, Activation]>([
    ['relu', (h) => `[${h} > 0]`, relu],
    ['softplus', (h) => `sigmoid(${h})`, softplus],
    ['gaussian', (h, g) => `(-2) · ${h} · ${g}`, gaussian],
    ['silu', (h, g) => `${g} + sigmoid(${h}) · (1 - ${g})`, silu],
    ['tanh', (_, g) => `1 - ${g} · ${g}`, tanh],
    ['sine', (h) => `cos(${h})`, sine],
    ['sine with a frequency of 30', (h) => `30 · cos(30 · ${h})`, sine.frequency(30)],
  ])('text writes the derivative of %s', (_, rule, activation) => {
    const network = new Network(mlp([1, 1], { activation, fixed: { c: 1 } }), { initializer: () => 0.5 });
    const { text } = explain(network, [1], [1], mse(), 'slope_output.0');
    expect(equations(text())[0].sides[1]).toBe(rule('h_output.0', 'g_output.0'));
  });

  it.each([
    [tanh, '(1 - g_output.0 · g_output.0)'],
    [silu, '(g_output.0 + sigmoid(h_output.0) · (1 - g_output.0))'],
  ])(
    'if c multiplies a derivative that is a sum, text() puts the derivative in parentheses',
    (activation, derivative) => {
      const network = new Network(mlp([1, 1], { activation }), { initializer: () => 0.5 });
      const { text } = explain(network, [1], [1], mse(), 'slope_output.0');
      expect(equations(text())[0].sides[1]).toBe(`c_output.0 · ${derivative}`);
    },
  );

  it('text() writes a custom loss by name, with all outputs', () => {
    const { builtin: _, ...own } = softmaxCrossEntropy();
    const { root, text } = explain(eight, [1], [1, 0, 0, 0, 0, 0, 0, 0], own, 'dloss/dx_output.0');
    expect(equations(text({ maxTerms: 3 }))[0].sides).toEqual([
      'dsoftmaxCrossEntropy/dx_output.0(x_output.0, x_output.1, … [5] …, x_output.7; t_output.0, t_output.1, … [5] …, t_output.7)',
      'dsoftmaxCrossEntropy/dx_output.0(-1, -1, … [5] …, -1; 1, 0, … [5] …, 0)',
      '-0.875',
    ]);
    expect(root.terms.length).toBe(8);
  });

  it('text() writes case 1 of an output with successors as a separate term', () => {
    const { network, input, target, loss } = outputInTheMiddle();
    const text = explain(network, input, target, loss, 'dloss/dx_3').text();
    expect(text).toContain('case 2  dloss/dx_3 = (dloss/dx_3)₁ + dloss/dx_4 · slope_4');
    expect(text).toContain('case 1  ├─ (dloss/dx_3)₁ = 2 / 2 · (x_3 - t_3)');
  });

  it('text() aligns columns that contain wide characters, and replaces invisible characters', () => {
    const builder = new GraphBuilder();
    builder.input('输入');
    builder.input('line\nend');
    builder.output(builder.node('输出', { from: ['输入', 'line\nend'], activation: relu }));
    const network = new Network(builder.build(), { initializer: () => 0.125 });
    expect(explain(network, [1, 2], [0], mse(), 'h_输出').text()).toBe(`h_输出 = 0.375

Forward: how x, g and h are computed
x_输入 = 1
x_lineU+000Aend = 2
h_输出 = b_输出
       + w_输入to输出          · x_输入
       + w_lineU+000Aendto输出 · x_lineU+000Aend
       = 0
       + 0.125                 · 1
       + 0.125                 · 2
       = 0.375`);
  });

  const plainName = (step: Step) =>
    step.formula.includes('right)_{1} =') ? `(${nameOf(step.quantity)})₁` : nameOf(step.quantity);
});

describe('Markdown', () => {
  it('markdown() writes nested lists with formulas', () => {
    const markdown = article('dloss/db_4').markdown();
    expect(markdown).toContain(
      String.raw`
**Backward: from the requested quantity to the loss**

- **case 3** $\frac{\partial\, \mathit{loss}}{\partial b_{4}} = \frac{\partial\, \mathit{loss}}{\partial x_{4}} \cdot \mathit{slope}_{4} = -2.10423 \cdot 0.373085 = -0.785058$
  - **case 2** $\frac{\partial\, \mathit{loss}}{\partial x_{4}} = `,
    );
    expect(markdown).toContain('\n- $g_{2} = \\text{sigmoid}(h_{2}) = \\text{sigmoid}(0.175) = 0.543639$\n');
  });

  it('markdown() marks reused, unexpanded and omitted quantities', () => {
    const network = new Network(mlp([1, 9, 1], { activation: tanh }), { seed: 1 });
    const { markdown } = explain(network, [0.5], [1], mse(), 'dloss/dx_input.0');
    expect(markdown()).toMatch(/^ {4}- \*\*case 1\*\* \$[^$]+\$ \*reused\*$/m);
    expect(markdown()).toContain('\n  - … 3 more terms, not expanded\n');
    expect(markdown({ depth: 2, language: 'zh' })).toMatch(/^ {4}- \*\*场景 1\*\* \$[^$]+\$ \*此处不展开\*$/m);
    expect(article('x_7').markdown({ steps: 2 })).toContain('\n- … earlier steps omitted\n');
  });
});

describe('LaTeX', () => {
  const formulasIn = (markdown: string) =>
    Array.from(markdown.matchAll(/\$\$?([^$]+)\$\$?/g), ([, formula]) => formula);
  const renderAll = ({ root, markdown, latex }: Derivation) => {
    let count = 0;
    for (const options of [{ maxTerms: 2, depth: 2, steps: 3 }, { language: 'zh' }, whole] as const) {
      render(latex(options), true);
      for (const formula of formulasIn(markdown(options))) {
        render(formula, false);
        count++;
      }
    }
    for (const step of stepsOf(root)) {
      render(step.formula, false);
      render(step.numbers, false);
    }
    return count;
  };

  it("formulas render in the strict mode of KaTeX, on the article's network and on random graphs with every loss", () => {
    for (const quantity of everyQuantity(articleNetwork().graph)) renderAll(article(nameOf(quantity)));
    for (let seed = 1; seed <= everyLoss.length; seed++) {
      const { network, input, target, loss } = randomSample(seed, { nodes: 12 });
      const names = everyQuantity(network.graph);
      const formulas = renderAll(explain(network, input, target, loss, names[(7 * seed) % names.length]));
      expect(formulas, `seed ${seed}`).toBeGreaterThan(0);
    }
  }, 30_000);

  it('formulas render with any node ids, and contain no links or images', () => {
    const ids = ['\\{}$#%&_^~`<>|', 'é', '节点', '😀', '\u0000\n\t', '\'"', '', ' ', '$$', '__proto__', 'a'];
    ids.push(
      '\\href{javascript:alert(1)}{x}',
      '\\htmlData{a=b}{x}$}{\\input{/etc/passwd}',
      '[a](javascript:alert(1))',
      '<img src=x>',
    );
    for (const id of ids) {
      const builder = new GraphBuilder();
      builder.input(`from ${id}`);
      builder.output(builder.node(id, { from: [`from ${id}`], activation: gaussian }));
      const network = new Network(builder.build(), { seed: 1 });
      const derivation = explain(network, [1], [2], mse(), { node: id, parameter: 'w', from: `from ${id}` });
      expect(renderAll(derivation), JSON.stringify(id)).toBeGreaterThan(0);
      // There is no link or image, even if KaTeX trusts the input or a Markdown renderer does not render math.
      const html = katex.renderToString(derivation.latex(), { trust: true });
      expect(html.replace(/<annotation.*?<\/annotation>/gs, '')).not.toMatch(/href=|data-a|<img/);
      expect(derivation.markdown()).not.toMatch(/\]\(|<\w/);
      expect(derivation.text().split('\n').length, JSON.stringify(id)).toBeGreaterThan(10);
    }
  });

  it('latex() writes one step per row, with the case in the margin', () => {
    const latex = article('dloss/dx_2').latex();
    expect(latex.split('\n').slice(0, 3)).toEqual([
      '\\begin{aligned}',
      String.raw`\text{} && \frac{\partial\, \mathit{loss}}{\partial x_{2}} &= ${article('dloss/dx_2').root.value} \\`,
      String.raw`\text{case 2} && \frac{\partial\, \mathit{loss}}{\partial x_{2}} &= ${[4, 5, 6]
        .map(
          (j) =>
            String.raw`\frac{\partial\, \mathit{loss}}{\partial x_{${j}}} \cdot \mathit{slope}_{${j}} \cdot w_{2 \to ${j}}`,
        )
        .join(' + ')} \\`,
    ]);
    expect(latex).toContain(String.raw`\text{reused} && \mathit{slope}_{7} &= 0.545384 \\`);
    expect(article('dloss/dx_2').latex({ language: 'zh' })).toContain('\\text{场景 2}');
  });

  it('latex() writes tiny numbers as powers of ten', () => {
    const builder = new GraphBuilder();
    builder.input('1');
    builder.output(builder.node('2', { from: ['1'], activation: identity }));
    const network = new Network(builder.build(), { initializer: () => -1e-30 });
    const { root } = explain(network, [1e-10], [0], mse(), 'h_2');
    expect(root.numbers).toBe('0 + (-1 \\times 10^{-30}) \\cdot 1 \\times 10^{-10}');
    render(root.numbers, true);
  });

  it.each([
    [[1, 1], sigmoid, 'Infinity', '\\infty'],
    [[-1, -1], sigmoid, '-Infinity', '-\\infty'],
    [[1, -1], relu, 'NaN', '\\text{NaN}'],
  ])('formulas show an h that has overflowed: %j', (input, activation, text, latex) => {
    const network = new Network(mlp([2, 1], { activation }), { initializer: () => 1e308 });
    const derivation = explain(network, [1e10 * input[0], 1e10 * input[1]], [0], mse(), 'g_output.0');
    expect(derivation.text()).toContain(`g_output.0 = ${activation.name}(h_output.0) = ${activation.name}(${text}) = `);
    expect(derivation.root.numbers).toBe(`\\text{${activation.name}}(${latex})`);
    renderAll(derivation);
  });
});

describe('options', () => {
  it.each<[WritingOptions, string]>([
    [{ maxTerms: 1 }, 'maxTerms: expected an integer ≥ 2, received 1.'],
    [{ depth: 0 }, 'depth: expected an integer ≥ 1, received 0.'],
    [{ steps: 0.5 }, 'steps: expected an integer ≥ 1, received 0.5.'],
    [{ digits: 18 }, 'digits: expected an integer from 1 to 17, received 18.'],
    [{ language: 'fr' as 'en' }, 'language: expected "en" or "zh", received "fr".'],
    [{ language: 'toString' as 'en' }, 'language: expected "en" or "zh", received "toString".'],
  ])('text, markdown and latex throw for %j', (options, message) => {
    const { text, markdown, latex } = article('x_2');
    for (const write of [text, markdown, latex]) {
      expect(() => write(options)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE', message }) as Error);
    }
  });
});
