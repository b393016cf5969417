/** Tests that node ids, even hostile ones, add no attribute to the HTML of a formula except data-name. */
import { sigmoid } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import { explain, type Step } from '@nnbp/explain';
import { mse } from '@nnbp/losses';
import { expect, test } from 'vitest';
import { linkedFormula } from '../web/derive/linked-formula.js';
import { typeset } from '../web/shared/katex.js';

const hostile = [
  '\\htmlData{onclick=alert(1)}{x}',
  '\\href{javascript:alert(1)}{x}',
  'a}{b',
  '" onclick="alert(1)',
  'b_{2}',
  'w_{1 \\to 2}',
  '\0',
];

/** Returns the formulas of a quantity and of everything that it is computed from, as the Derive view shows them. */
function formulas(step: Step): string[] {
  const latex = linkedFormula(step.formula, step.terms, (formula) => formula.split(' = ')[0]);
  return [latex, ...step.terms.flatMap(formulas)];
}

function typesetWith([input, hidden, output]: readonly string[]): string {
  const builder = new GraphBuilder();
  builder.input(input);
  builder.node(hidden, { from: [input], activation: sigmoid });
  builder.node(output, { from: [hidden, input], activation: sigmoid });
  builder.output(output);
  const network = new Network(builder.build());
  const { root } = explain(network, [0.5], [1], mse(), { quantity: 'dLossDw', node: hidden, from: input });
  return formulas(root).map(typeset).join('\n');
}

const dataNames = (html: string) => Array.from(html.matchAll(/ data-name="([^"]*)"/g), ([, name]) => name);

test('terms with simple ids have their names in data-name', () => {
  expect(dataNames(typesetWith(['1', '2', '3']))).toEqual(
    expect.arrayContaining(['dloss/dx_2', 'slope_3', 'dloss/dw_2to3', 'x_1']),
  );
});

test.each(hostile)(
  'the id %j adds no attribute except data-name, and the value of data-name has only characters in [\\w/]',
  (id) => {
    for (const ids of [
      [id, '2', '3'],
      ['1', id, '3'],
      ['1', '2', id],
    ]) {
      const html = typesetWith(ids);
      for (const name of dataNames(html)) expect(name).toMatch(/^[\w/]+$/);
      for (const [tag] of html.matchAll(/<[^<>]*>/g)) {
        for (const [, attribute] of tag.matchAll(/ ([^\s="]+)="[^"]*"/g)) {
          expect(attribute).not.toMatch(/^(?:on|href|src|id$|data-(?!name$))/);
        }
        expect(tag.replaceAll(/ [\w:-]+="[^"]*"/g, '')).toMatch(/^<\/?\w+\/?>$/);
      }
    }
  },
);

test('no command except \\htmlData can set attributes', () => {
  const html = typeset(
    String.raw`\href{javascript:alert(1)}{a} \url{b} \includegraphics{c} \htmlClass{d}{e} \htmlId{f}{g} \htmlStyle{h}{i}`,
  );
  expect(html).not.toMatch(/<a |<img |href=|src=|id=|class="d"/);
  expect(typeset(String.raw`\htmlData{name=x_1}{x}`)).toContain('data-name="x_1"');
});
