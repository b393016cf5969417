import { conformance } from '@nnbp/conformance';
import { wasm } from '@nnbp/wasm';
import { describe, test } from 'vitest';

const engines = {
  'one thread': await wasm(),
  'two threads': await wasm({ threads: 2, minThreadedWork: 0 }),
  'no fused multiply-add': await wasm({ fused: false }),
};

for (const [variant, engine] of Object.entries(engines)) {
  describe(`conformance of wasm, ${variant}`, () => {
    for (const { name, run } of conformance(engine)) test(`wasm with ${variant} ${name}`, run);
  });
}
