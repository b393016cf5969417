// The compiler checks these expectations (`pnpm typecheck`); at run time expectTypeOf does nothing.
import type { Activation, Loss } from '@nnbp/core';
import { expectTypeOf, test } from 'vitest';

test('an object is an Activation only if it has all members with the right types', () => {
  expectTypeOf({
    name: 'cube',
    value: (h: number) => h ** 3,
    derivative: (h: number) => 3 * h ** 2,
  }).toExtend<Activation>();
  expectTypeOf({ name: 'half', value: (h: number) => h }).not.toExtend<Activation>();
  expectTypeOf({ name: 'text', value: (h: number) => String(h), derivative: () => 1 }).not.toExtend<Activation>();
});

test('an object is a Loss only if it has all members with the right types', () => {
  const value = (x: ArrayLike<number>, t: ArrayLike<number>) => x[0] - t[0];
  expectTypeOf({
    name: 'custom',
    value,
    derivative: (_: ArrayLike<number>, __: ArrayLike<number>, d: Float64Array | Float32Array) => void d.fill(1),
  }).toExtend<Loss>();
  expectTypeOf({ name: 'custom', value }).not.toExtend<Loss>();
  expectTypeOf({ name: 'custom', value, derivative: (x: string) => x.length }).not.toExtend<Loss>();
});
