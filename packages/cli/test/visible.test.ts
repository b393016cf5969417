import { describe, expect, it } from 'vitest';
import { cut, visible, visibleColored, visibleJson, visibleLines } from '../src/visible.js';

describe('untrusted text', () => {
  it.each([
    ['\x1b]0;owned\x07', String.raw`\x1b]0;owned\x07`],
    ['\x1b[2J', String.raw`\x1b[2J`],
    ['\x1b]52;c;cm0gLXJm\x1b\\', String.raw`\x1b]52;c;cm0gLXJm\x1b` + '\\'],
    ['\x9b2J', String.raw`\x9b2J`],
    ['\x00\x08\x7f', String.raw`\x00\x08\x7f`],
    ['a\nb\r\tc', String.raw`a\nb\r\tc`],
    ['abc\u202Efdp.exe', String.raw`abc\u202efdp.exe`],
    ['\u2066a\u2069\u200F\u061C', String.raw`\u2066a\u2069\u200f\u061c`],
    ['a\u2028b\u2029', String.raw`a\u2028b\u2029`],
    ['\uFEFFa\uD800', String.raw`\ufeffa\ud800`],
    ['naïve Größe 花萼 👩‍🔬 نرگس', 'naïve Größe 花萼 👩‍🔬 نرگس'],
  ])('untrusted text %j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visibleLines(text)).toBe(shown.replaceAll(String.raw`\n`, '\n'));
    expect(JSON.parse(visibleJson({ [text]: text }))).toEqual({ [text]: text });
    expect(visibleJson([text], 2)).toMatch(/^[^\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]*$/u);
    expect(visibleJson([text], 2).replaceAll('\n', '')).toMatch(/^\P{Cc}*$/u);
  });

  it('visibleColored keeps the color codes of this program and escapes all other control codes', () => {
    expect(visibleColored('\x1b[1mname\x1b[22m\n\x1b[2J')).toBe('\x1b[1mname\x1b[22m\n' + String.raw`\x1b[2J`);
  });

  it('cut shortens text to the maximum length', () => {
    expect([cut('abcd', 4), cut('abcde', 4)]).toEqual(['abcd', 'abc…']);
  });
});
