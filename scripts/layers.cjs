/** The imports that are allowed between packages; see the diagram in ARCHITECTURE.md. */
const onCore = 'activations|aggregations|losses|optim|train|explain|gradcheck|wasm';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-cycles-of-types-in-core',
      comment: 'A network and its prediction refer to each other’s types.',
      severity: 'error',
      from: { path: '^packages/core/src', pathNot: '(network|prediction)\\.ts$' },
      to: { circular: true },
    },
    {
      name: 'core-imports-no-package',
      severity: 'error',
      from: { path: '^packages/core/src' },
      to: { path: '^packages/(?!core/)' },
    },
    {
      name: 'these-packages-import-core-only',
      severity: 'error',
      from: { path: `^packages/(${onCore})/src` },
      // Names of built-ins may be imported as types, so that the compiler finds a table in which one is missing.
      to: { path: '^packages/(?!core/)', pathNot: '^packages/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'layers-imports-core-activations-aggregations',
      severity: 'error',
      from: { path: '^packages/layers/src' },
      to: { path: '^packages/(?!layers/|core/|activations/|aggregations/)' },
    },
    {
      name: 'formats-imports-core-activations-aggregations-losses',
      severity: 'error',
      from: { path: '^packages/formats/src' },
      to: { path: '^packages/(?!formats/|core/|activations/|aggregations/|losses/)' },
    },
    {
      name: 'interop-imports-core-activations-aggregations-formats',
      severity: 'error',
      from: { path: '^packages/interop/src' },
      to: { path: '^packages/(?!interop/|core/|activations/|aggregations/|formats/)' },
    },
    {
      name: 'formula-imports-core-activations-aggregations-optim',
      severity: 'error',
      from: { path: '^packages/formula/src' },
      to: { path: '^packages/(?!formula/|core/|activations/|aggregations/|optim/)' },
    },
    {
      name: 'libraries-do-not-import-apps',
      severity: 'error',
      from: { path: '^packages' },
      to: { path: '^apps' },
    },
    {
      name: 'libraries-have-no-dependencies',
      comment: 'A library package has no runtime dependency outside @nnbp, except an expression parser in formula.',
      severity: 'error',
      from: { path: '^packages/(?!cli/)[^/]+/src', pathNot: '^packages/formats/src/node/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'],
        pathNot: '^packages/|node_modules/jsep/',
      },
    },
    {
      name: 'packages-are-imported-by-name',
      comment: 'Other packages are imported by their names, not by paths to their files.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/(?!((node|csv)/)?index|shared)', pathNot: '^packages/$2/' },
    },
    {
      name: 'views-are-independent',
      comment: 'Code that two views of the playground use belongs in shared/.',
      severity: 'error',
      from: { path: '^apps/demo/web/(build|derive|extend|fit|learn|train)/' },
      to: { path: '^apps/demo/web/(build|derive|extend|fit|learn|train)/', pathNot: '^apps/demo/web/$1/' },
    },
    {
      name: 'shared-imports-no-view',
      severity: 'error',
      from: { path: '^apps/demo/web/shared/' },
      to: { path: '^apps/demo/web/(build|derive|extend|fit|learn|train)/' },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^packages/[^/]+/src' }, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|node_modules)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@nnbp/source', 'import', 'types', 'default'],
    },
  },
};
