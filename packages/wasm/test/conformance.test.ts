import { conformance } from '@nnbp/conformance';
import { wasm } from '@nnbp/wasm';
import { describe, test } from 'vitest';

const engine = await wasm();

describe('one thread', () => {
  for (const { name, run } of conformance(engine)) test(name, run);
});
