// `pnpm mutation`: makes thousands of small changes to the sources, one at a time, and checks whether a test fails.
// Takes one or two hours on two cores; `pnpm mutation optim` tests one package.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [
    'packages/{core,activations,aggregations,losses,optim,gradcheck,train}/src/**/*.ts',
    '!packages/*/src/index.ts',
  ],
  // Strings are not mutated: tests check the code of an error and the names in it, not its wording.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: [
    '/apps',
    '/bench',
    '/docs',
    '/checks/interop',
    '/reports',
    '/packages/{cli,explain,formats,interop}',
    'dist',
    'coverage',
  ],
  coverageAnalysis: 'perTest',
  // Incremental mode would reuse the result of a surviving static mutant even if its tests have changed.
  incremental: false,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { reportTests: false, reportScoreTable: true },
  htmlReporter: { fileName: 'reports/mutation.html' },
  jsonReporter: { fileName: 'reports/mutation.json' },
  concurrency: 2,
  dryRunTimeoutMinutes: 10,
  timeoutMS: 10_000,
  timeoutFactor: 2,
  tempDirName: 'reports/mutation/sandbox',
  thresholds: { high: 95, low: 90, break: 90 },
};
