/** Parses a formula into a tree: numbers, names, + − * / ^, parentheses and calls. Nothing is evaluated. */
import { mismatch, NnbpError } from '@nnbp/core';
import jsep, { type Expression } from 'jsep';

/** A parsed formula: the root of a tree. */
export type Formula = FormulaNumber | FormulaName | FormulaCall | FormulaNegative | FormulaOperation;

/** A number, such as `2.5`. */
export interface FormulaNumber {
  /** The kind of tree node. */
  readonly kind: 'number';
  /** The number. */
  readonly value: number;
}

/** A name: an input, a parameter or `pi`. */
export interface FormulaName {
  /** The kind of tree node. */
  readonly kind: 'name';
  /** The name as written. */
  readonly name: string;
}

/** A call of a function, such as `exp(x)`. */
export interface FormulaCall {
  /** The kind of tree node. */
  readonly kind: 'call';
  /** The name of the function. */
  readonly name: string;
  /** The only argument. */
  readonly argument: Formula;
}

/** A negated expression. */
export interface FormulaNegative {
  /** The kind of tree node. */
  readonly kind: 'negative';
  /** The expression after the minus sign. */
  readonly of: Formula;
}

/** Two operands and an operator. */
export interface FormulaOperation {
  /** The operator, which is also the kind of tree node. */
  readonly kind: Operator;
  /** The operand before the operator. */
  readonly left: Formula;
  /** The operand after the operator. */
  readonly right: Formula;
}

/** A binary operator. */
export type Operator = '+' | '-' | '*' | '/' | '**';

const operators: ReadonlySet<string> = new Set<Operator>(['+', '-', '*', '/', '**']);
const maxLength = 10_000;
const maxDepth = 200;
/** Inserted before parentheses, so that they parse as a call: jsep drops parentheses, but −x^2 and (−x)^2 differ. */
const group = '$group';

/** Typographic signs, such as those of a formula copied from a document. jsep would take them for letters of a name. */
const typographic: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '·': '*',
  '⋅': '*',
  '×': '*',
  '÷': '/',
};
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Writes typographic signs as ASCII: `a·x⁻¹²` becomes `a*x^(-12)`. */
const toAscii = (text: string): string =>
  text
    .replaceAll(/[−–·⋅×÷]/g, (sign) => typographic[sign])
    .replaceAll(/(⁻?)([⁰¹²³⁴-⁹]+)/g, (_, minus: string, digits: string) => {
      const exponent = digits.replaceAll(/./g, (digit) => String(superscripts.indexOf(digit)));
      return minus ? `^(-${exponent})` : `^${exponent}`;
    });

/**
 * Parses a formula. `^` and `**` both mean "to the power of" and bind tighter than a minus sign: −x^2 is −(x^2). The
 * characters − – · ⋅ × ÷ mean the same as - - * * * /; superscript integers, such as ² or ⁻¹, are powers.
 *
 * @throws NnbpError `MALFORMED`, `TOO_LARGE` (more than 10,000 characters)
 */
export function parseFormula(text: string): Formula {
  if (text.length > maxLength) {
    throw mismatch('TOO_LARGE', 'formula', `at most ${maxLength} characters`, text.length);
  }
  if (text.includes('$')) throw malformed(text, 'unexpected character "$"');
  if (text.includes('=')) throw malformed(text, 'expected only the right-hand side, without "="');
  let tree: Expression;
  try {
    tree = jsep(marked(toAscii(text).replaceAll('^', '**')));
  } catch (cause) {
    const { description = 'it cannot be parsed' } = cause as { description?: string };
    throw malformed(text, description.replaceAll(group, ''), cause);
  }
  return read(tree, text, 0);
}

/** Returns the distinct names in a formula in order of appearance, without function names. */
export function namesIn(formula: Formula): string[] {
  switch (formula.kind) {
    case 'number':
      return [];
    case 'name':
      return [formula.name];
    case 'call':
      return namesIn(formula.argument);
    case 'negative':
      return namesIn(formula.of);
    default:
      return [...new Set([...namesIn(formula.left), ...namesIn(formula.right)])];
  }
}

const malformed = (text: string, why: string, cause?: unknown) =>
  new NnbpError('MALFORMED', `formula "${text.slice(0, 80)}": ${why.replace(/\.?$/, '.')}`, { cause });

/** Inserts `$group` before each opening parenthesis that does not follow the name of a function. */
function marked(text: string): string {
  let last = '';
  let result = '';
  for (const character of text) {
    if (character === '(' && !/[\w]/.test(last)) result += group;
    result += character;
    if (character.trim() !== '') last = character;
  }
  return result;
}

function read(node: Expression, text: string, depth: number): Formula {
  if (depth > maxDepth) throw malformed(text, `expected at most ${maxDepth} levels of parentheses and operators`);
  const next = (child: unknown) => read(child as Expression, text, depth + 1);
  if (node.type === 'Literal' && typeof node.value === 'number') return { kind: 'number', value: node.value };
  if (node.type === 'Identifier') return { kind: 'name', name: node.name as string };
  if (node.type === 'UnaryExpression' && (node.operator === '-' || node.operator === '+')) {
    const operand = next(node.argument);
    return node.operator === '-' ? { kind: 'negative', of: operand } : operand;
  }
  if (node.type === 'BinaryExpression' && operators.has(node.operator as string)) {
    const kind = node.operator as Operator;
    const left = node.left as Expression;
    // In jsep, a sign binds tighter than a power.
    if (kind === '**' && left.type === 'UnaryExpression' && left.operator === '-') {
      return { kind: 'negative', of: { kind, left: next(left.argument), right: next(node.right) } };
    }
    return { kind, left: next(left), right: next(node.right) };
  }
  if (node.type === 'CallExpression' && (node.callee as Expression).type === 'Identifier') {
    const operands = node.arguments as Expression[];
    const [argument] = operands;
    const name = (node.callee as Expression).name as string;
    if (operands.length !== 1) {
      throw malformed(text, `${name === group ? '( )' : name} takes one expression, received ${operands.length}`);
    }
    return name === group ? next(argument) : { kind: 'call', name, argument: next(argument) };
  }
  throw malformed(text, 'expected numbers, names, + - * / ^, parentheses, and functions of one argument');
}
