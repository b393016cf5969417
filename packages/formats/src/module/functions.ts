/**
 * The built-in activations as standalone JavaScript, with the same operations in the same order as in
 * @nnbp/activations, so that results are bit-identical.
 */
import type { ActivationName } from '@nnbp/activations';
import { type Activation, type Aggregation, NnbpError } from '@nnbp/core';
import { nameOf } from '../plugins.js';
import { aggregationSources } from './aggregations.js';

interface Source {
  /** The activation as an expression, in which `a` stands for the activation's option. */
  readonly code: string;
  readonly helpers?: readonly string[];
}

const sources = {
  bentIdentity: { code: '(h) => h + h * (h / (2 * (Math.hypot(h, 1) + 1)))' },
  elu: { code: '(h) => (h > 0 ? h : a * Math.expm1(h))' },
  gaussian: { code: '(h) => bell(h, 1)', helpers: ['bell'] },
  gelu: { code: '(h) => (h < -40 ? -0 : h * normalDistribution(h))', helpers: ['bell', 'normalDistribution'] },
  hardSigmoid: { code: '(h) => (h <= -3 ? 0 : h >= 3 ? 1 : h / 6 + 0.5)' },
  hardSwish: { code: '(h) => (h <= -3 ? 0 : h >= 3 ? h : h * (h / 6 + 0.5))' },
  hardTanh: { code: '(h) => Math.min(Math.max(h, -1), 1)' },
  identity: { code: '(h) => h' },
  leakyRelu: { code: '(h) => (h > 0 ? h : a * h)' },
  mish: {
    code: `(h) => {
  const e = Math.exp(-Math.abs(h));
  return h * (h >= 0 ? (1 + 2 * e) / (1 + 2 * e + 2 * e * e) : (e * (e + 2)) / (e * (e + 2) + 2));
}`,
  },
  relu: { code: '(h) => (h > 0 ? h : 0)' },
  selu: { code: '(h) => 1.0507009873554805 * (h > 0 ? h : 1.6732632423543772 * Math.expm1(h))' },
  sigmoid: {
    code: `(h) => {
  if (!(Math.abs(h) < 32)) return 1 / (1 + Math.exp(-h));
  const k = (1024.5 - 32 * h) | 0;
  const r = (1024 - k) / 32 - h;
  const rr = r * r;
  const series = r + rr * (1 / 2 + r * (1 / 6) + rr * (1 / 24 + r * (1 / 120) + rr * (1 / 720)));
  return 1 / (1 + (powers[k] + powers[k] * series));
}`,
    helpers: ['powers'],
  },
  silu: { code: '(h) => h * (1 / (1 + Math.exp(-h)))' },
  sine: { code: '(h) => Math.sin(a * h)' },
  softplus: { code: '(h) => Math.max(h, 0) + Math.log1p(Math.exp(-Math.abs(h)))' },
  softsign: { code: '(h) => h / (1 + Math.abs(h))' },
  tanh: { code: 'Math.tanh' },
} satisfies Readonly<Record<ActivationName, Source>>;

const helperSources: ReadonlyMap<string, string> = new Map([
  [
    'bell',
    `// e^(-a h²), using the exact square of the nearest float32.
function bell(h, a) {
  if (Math.abs(h) > 40) return 0;
  const s = Math.fround(h);
  return Math.exp(-a * s * s) * Math.exp(-a * (h - s) * (h + s));
}`,
  ],
  [
    'powers',
    `// The powers e^(k/32 - 32). The sigmoid multiplies one of them by a series, which is faster than Math.exp.
const powers = new Float64Array(2049).map((_, k) => {
  const x = k / 32 - 32;
  const n = Math.round(x * Math.LOG2E);
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let sum = 1;
  for (let k = 15; k > 0; k--) sum = 1 + (r / k) * sum;
  return sum * 2 ** n;
});`,
  ],
  [
    'normalDistribution',
    `// The probability that a standard normal variable is below h: a series near 0, a continued fraction further out.
function normalDistribution(h) {
  const density = bell(h, 0.5) / 2.5066282746310002;
  if (h > -1 && h < 2.5) {
    let term = h;
    let sum = h;
    for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= (h * h) / n;
      sum += term;
    }
    return 0.5 + sum * density;
  }
  const distance = Math.abs(h);
  let fraction = distance;
  for (let n = 10 + Math.ceil(450 / (h * h)); n > 0; n--) fraction = distance + n / fraction;
  const tail = density / fraction;
  return h < 0 ? tail : 1 - tail;
}`,
  ],
]);

export interface Functions {
  readonly declarations: readonly string[];
  readonly declaredName: (plugin: Activation | Aggregation) => string;
}

/**
 * Declares the given activations and aggregations, and the helpers that they use.
 *
 * @param nodeWith - Returns the id of a node that has the function, for error messages.
 * @throws NnbpError `UNSUPPORTED` (a custom function)
 */
export function functionsOf(
  activations: readonly Activation[],
  aggregations: readonly Aggregation[],
  nodeWith: (plugin: Activation | Aggregation) => string,
): Functions {
  const helpers = new Map<string, string>();
  const declared = new Map<Activation | Aggregation, { readonly name: string; readonly code: string }>();
  for (const activation of activations) {
    const { name, options = {}, custom } = nameOf(activation);
    const source = custom ? undefined : (sources as Readonly<Record<string, Source | undefined>>)[name];
    if (source === undefined) {
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${nodeWith(activation)}": expected an activation from @nnbp/activations, received the custom activation "${name}".`,
      );
    }
    for (const helper of source.helpers ?? []) helpers.set(helper, helperSources.get(helper)!);
    // An activation has at most one option. Each value of the option gets a function of its own.
    const [option] = Object.values(options);
    const code = option === undefined ? source.code : source.code.replace(/\ba\b/, String(option));
    const used = [...declared.values()];
    const existing = used.find((other) => other.code === code);
    const variants = new Set(
      used.filter((other) => other.name.replace(/(?<!\d)\d+$/, '') === name).map((other) => other.name),
    );
    declared.set(activation, existing ?? { name: variants.size === 0 ? name : `${name}${variants.size + 1}`, code });
  }
  for (const aggregation of aggregations) {
    const { name, custom } = nameOf(aggregation);
    const code = custom ? undefined : (aggregationSources as Readonly<Record<string, string | undefined>>)[name];
    if (code === undefined) {
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${nodeWith(aggregation)}": expected an aggregation from @nnbp/aggregations, received the custom aggregation "${name}".`,
      );
    }
    declared.set(aggregation, { name, code });
  }
  const distinct = new Set([...declared.values()].map(({ name, code }) => `const ${name} = ${code};`));
  return { declarations: [...helpers.values(), ...distinct], declaredName: (plugin) => declared.get(plugin)!.name };
}
