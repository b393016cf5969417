import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compiler } from '../native-compiler.mjs';
import { expectShown, withAssertions } from './assertions.js';
import { collect } from './collect.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}/scripts/examples/.examples`;
const examples = collect(root).map((example, k) => ({ ...example, path: `${folder}/example-${k}.ts` }));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { path, code, file, line } of examples) {
  writeFileSync(path, `// ${file}:${line}\nexport {};\n${withAssertions(code)}`);
}
writeFileSync(`${folder}/globals.d.ts`, 'declare function __expectShown(actual: unknown, shown: string): void;\n');
writeFileSync(
  `${folder}/tsconfig.json`,
  JSON.stringify({
    extends: '../../../tsconfig.base.json',
    compilerOptions: { noUnusedLocals: false, lib: ['ES2023', 'DOM'], types: ['node'] },
    include: ['*.ts'],
  }),
);

describe('every example in guides, READMEs and doc comments', () => {
  test('collect finds more than ten examples', () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  test('every example compiles', () => {
    try {
      execFileSync(process.execPath, [compiler, '--pretty', 'false', '-p', folder], { encoding: 'utf8', cwd: root });
    } catch (error) {
      const output = (error as { stdout: string }).stdout;
      const named = output.replaceAll(/^.*example-(\d+)\.ts\((\d+),\d+\)/gm, (_, k: string, at: string) => {
        const { file, lines } = examples[Number(k)];
        return `${file}:${lines[Number(at) - 3]}`;
      });
      // A block marked `ts continue` repeats the lines of earlier blocks, so the same error can occur several times.
      const distinct = [...new Set(named.split('\n'))].join('\n');
      throw new Error(distinct, { cause: error });
    }
  }, 120_000);

  for (const { file, line, path, typesOnly } of examples) {
    if (typesOnly) continue;
    test(`${file}:${line} runs and computes the values in its comments`, async () => {
      Object.assign(globalThis, { __expectShown: expectShown });
      await import(/* @vite-ignore */ pathToFileURL(path).href);
    }, 60_000);
  }
});
