/** Untrusted links: reading a link is cheap and returns a state or throws a LinkError. */
import { deflateSync, type FlateStreamHandler, strToU8 } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import { addressOf, readAddress } from '../web/address.js';
import { LinkError, readLink, writeLink } from '../web/link.js';
import { defaultState } from '../web/state.js';

/** Number of decompressed bytes. */
const counted = vi.hoisted(() => ({ bytes: 0 }));
vi.mock('fflate', async (original) => {
  const fflate = await original<typeof import('fflate')>();
  class Inflate extends fflate.Inflate {
    constructor(onData: FlateStreamHandler) {
      super((part, final) => {
        counted.bytes += part.length;
        onData(part, final);
      });
    }
  }
  return { ...fflate, Inflate };
});

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const linkOf = (text: string) => base64(deflateSync(strToU8(text), { level: 9 }));
/** Reads a link. Returns 'a state', or the fault of the LinkError. */
const outcomeOf = (link: string) => {
  try {
    readLink(link);
  } catch (error) {
    if (error instanceof LinkError) return error.fault;
    throw error;
  }
  return 'a state';
};
const hostile = '\u202e</script><img src=x onerror=alert(1)>\u2028`${alert(1)}`';

describe('a link', () => {
  test('a link that expands more than 700× is rejected before two megabytes are decompressed', () => {
    const bomb = linkOf('0'.repeat(15_000_000));
    expect(bomb.length).toBeLessThan(15_000_000 / 700);
    counted.bytes = 0;
    expect(outcomeOf(bomb)).toBe('tooLong');
    expect(counted.bytes).toBeGreaterThan(1_000_000);
    expect(counted.bytes).toBeLessThan(2_000_000);
  });

  test.each([
    ['too long', 'A'.repeat(64_001), 'tooLong'],
    ['not base64', '%%%', 'damaged'],
    ['base64 of bytes that are not compressed data', base64(Uint8Array.from([255, 255, 255, 255])), 'damaged'],
    ['cut off', writeLink(defaultState).slice(0, -20), 'damaged'],
    ['100,000 nested lists, not closed', linkOf('['.repeat(100_000)), 'damaged'],
    ['100,000 nested lists', linkOf('['.repeat(100_000) + ']'.repeat(100_000)), /damaged|notAState/],
    [
      'a list of 400,000 numbers',
      linkOf(JSON.stringify({ ...defaultState, network: Array(400_000).fill(0) })),
      'notAState',
    ],
    ['another version', linkOf(JSON.stringify({ ...defaultState, version: 2 })), 'notAState'],
    [
      'more nodes than the page allows',
      linkOf(
        JSON.stringify({
          ...defaultState,
          network: { ...defaultState.network, nodes: Array(401).fill(defaultState.network.nodes[0]) },
        }),
      ),
      'notAState',
    ],
    [
      'a layer of a million nodes',
      linkOf(JSON.stringify({ ...defaultState, train: { ...defaultState.train, hidden: [1_000_000] } })),
      'notAState',
    ],
    [
      'a function whose source has 8,001 characters',
      linkOf(
        JSON.stringify({
          ...defaultState,
          custom: { activations: [{ name: 'f', source: ' '.repeat(8001) }], losses: [] },
        }),
      ),
      'notAState',
    ],
  ])('an invalid link is rejected: %s', (_, link, fault) => {
    expect(outcomeOf(link)).toMatch(fault);
  });

  test('a link with names such as __proto__ does not change a prototype', () => {
    const text = JSON.stringify(defaultState).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    );
    expect(outcomeOf(linkOf(text))).toBe('a state');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((readLink(linkOf(text)) as unknown as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a link with hostile strings keeps them as data, and its URL contains no special characters', () => {
    const state = {
      ...defaultState,
      custom: { activations: [{ name: hostile.slice(0, 60), source: hostile }], losses: [] },
    };
    const address = addressOf(state, defaultState);
    expect(address).toMatch(/^#[\w/-]+$/);
    expect(readAddress(address, defaultState)).toEqual(state);
  });

  test('a link keeps the long names of a formula’s parameters', () => {
    const [a, b] = ['amplitude_'.repeat(15), 'rate_'.repeat(30)];
    const formula = `${a} * exp(-${b}*x)`;
    const values = { [a]: 2, [b]: 0.5 };
    const state = {
      ...defaultState,
      derive: { ...defaultState.derive, selected: `dloss/db_${a}` },
      fit: { ...defaultState.fit, formula, start: values, shown: { formula, variable: 'x', values } },
    };
    expect(readAddress(addressOf(state, defaultState), defaultState)).toEqual(state);
  });

  test('a link with one character replaced at random is read as a state or throws a LinkError', () => {
    const seed = Date.now() % 1e9;
    const link = writeLink(defaultState);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_%#';
    for (let n = 0, random = seed; n < 500; n++) {
      random = (random * 48_271) % 2_147_483_647;
      const index = random % link.length;
      const damaged = link.slice(0, index) + alphabet[random % alphabet.length] + link.slice(index + 1);
      expect(['a state', 'damaged', 'tooLong', 'notAState'], `seed ${seed}`).toContain(outcomeOf(damaged));
    }
  });
});
