/** Evaluates a formula: numbers, + - · /, parentheses, functions by name, and [a > b] or [a < b], which is 1 or 0. */
export function evaluate(formula: string, functions: Readonly<Record<string, (...x: number[]) => number>>): number {
  const tokens = formula.match(/\d[\d.]*(?:e[+-]?\d+)?|[A-Za-z]+|[-+·/(),<>[\]]/g) ?? [];
  if (tokens.join('') !== formula.replaceAll(' ', '')) throw new Error(`Unexpected characters in: ${formula}`);
  let at = 0;
  const next = (token: string) => tokens[at] === token && ++at > 0;
  const expect = (token: string) => {
    if (!next(token)) throw new Error(`Expected ${token} at token ${at} of: ${formula}`);
  };
  const sum = (): number => {
    let value = product();
    for (;;) {
      if (next('+')) value += product();
      else if (next('-')) value -= product();
      else return value;
    }
  };
  const product = (): number => {
    let value = factor();
    for (;;) {
      if (next('·')) value *= factor();
      else if (next('/')) value /= factor();
      else return value;
    }
  };
  const factor = (): number => {
    if (next('-')) return -factor();
    if (next('(')) {
      const value = sum();
      expect(')');
      return value;
    }
    if (next('[')) {
      const left = sum();
      const isTrue = next('>') ? left > sum() : next('<') && left < sum();
      expect(']');
      return Number(isTrue);
    }
    const token = tokens[at++];
    if (!/^[A-Za-z]/.test(token)) return Number(token);
    expect('(');
    const values = [sum()];
    while (next(',')) values.push(sum());
    expect(')');
    return functions[token](...values);
  };
  const value = sum();
  if (at !== tokens.length) throw new Error(`Expected the end at token ${at} of: ${formula}`);
  return value;
}
