import { describe, expect, it } from 'vitest';
import { jsonKeys } from '../src/json-keys.js';

const keysOf = (text: string) => [...jsonKeys(new TextEncoder().encode(text)).topLevel];

/** Returns the bytes of a string, and a function that returns the number of byte reads so far. */
function counted(text: string) {
  const bytes = new TextEncoder().encode(text);
  let reads = 0;
  const watched: Uint8Array = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { watched, reads: () => reads, length: bytes.length };
}

describe('the keys of a JSON object', () => {
  it.each([
    ['{"a":1,"b":{"c":2},"d":[{"e":3}]}', ['a', 'b', 'd']],
    [' \n{ "a" : "b" , "c" : ["x", "y"], "d": "e,f" }', ['a', 'c', 'd']],
    ['\uFEFF{"a":"\\\\","b\\"c":1,"d":"}"}', ['a', 'b\\"c', 'd']],
    ['{"a":1} {"b":2}', ['a']],
    ['["a", {"b": 1}]', []],
    ['', []],
    ['{"a":"unterminated', ['a']],
    ['{"a"', ['a']],
    ['{}', []],
  ])('jsonKeys of %j finds the top-level keys %j', (text, keys) => expect(keysOf(text)).toEqual(keys));

  it('jsonKeys finds keys at the second level, together with their parent key', () => {
    const keys = jsonKeys(new TextEncoder().encode('{"a":{"b":{"c":1},"d":"e"},"f":["g",{"h":1}],"i":{}}'));
    expect([keys.has('a', 'b'), keys.has('a', 'd')]).toEqual([true, true]);
    expect([keys.has('a', 'c'), keys.has('f', 'g'), keys.has('f', 'h'), keys.has('i', 'b')]).not.toContain(true);
  });

  it('jsonKeys returns at most 4,096 keys of at most 64 bytes', () => {
    const many = Array.from({ length: 10_000 }, (_, k) => `"k${k}":0`).join();
    expect(keysOf(`{${many}}`)).toHaveLength(4096);
    expect(keysOf(`{"${'a'.repeat(65)}":0,"b":0}`)).toEqual(['b']);
  });

  it.each([
    ['"paths":[ repeated', '{"modelTopology":1,"weightsManifest":1,' + '"paths":['.repeat(20_000)],
    ['quotes', `{${'"'.repeat(50_000)}`],
    ['backslashes in a string', `{"${'\\'.repeat(50_000)}`],
    ['braces', '{'.repeat(50_000)],
  ])('jsonKeys takes time proportional to the length of the file: %s', (_, text) => {
    const { watched, reads, length } = counted(text);
    jsonKeys(watched);
    expect(reads()).toBeLessThan(6 * length + 100);
  });
});
