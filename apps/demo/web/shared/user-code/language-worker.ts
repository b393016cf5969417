/** The TypeScript worker: reports type errors, completes names, and compiles to JavaScript. */
import { createSystem, createVirtualTypeScriptEnvironment } from '@typescript/vfs';
import { createWorker } from '@valtown/codemirror-ts/worker';
import { expose } from 'comlink';
import ts from 'typescript';
import { declarations, path } from './declarations.js';

/** Type declarations of the language itself, without those of browsers and Node. */
const libraries = import.meta.glob<string>(
  '../../../node_modules/typescript/lib/lib.{decorators,decorators.legacy,es5,es20*}.d.ts',
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  lib: ['lib.es2022.d.ts'],
  strict: true,
  types: [],
};

const worker = createWorker(() => {
  const files = new Map(
    Object.entries(libraries).map(([file, text]) => [`/${file.slice(file.lastIndexOf('/') + 1)}`, text] as const),
  );
  files.set('/nnbp.d.ts', declarations);
  files.set(path, 'export {};');
  const system = createSystem(files);
  return createVirtualTypeScriptEnvironment(system, ['/nnbp.d.ts', path], ts, options);
});

/** The compiled JavaScript, or the type errors as `line: message`. */
export type Compiled = { readonly code: string } | { readonly typeErrors: readonly string[] };

const compiler = {
  ...worker,
  /** Type-checks and compiles a function. */
  compile(source: string): Compiled {
    worker.updateFile({ path, code: source });
    const { languageService } = worker.getEnv();
    const typeErrors = [
      ...languageService.getSyntacticDiagnostics(path),
      ...languageService.getSemanticDiagnostics(path),
    ].map(({ file, start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    if (typeErrors.length > 0) return { typeErrors };
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
    return { code: ts.transpileModule(source, { compilerOptions }).outputText };
  },
};

/** The interface that the worker exposes to the page. */
export type Compiler = typeof compiler;

expose(compiler);
