import { tex } from '@mdit/plugin-tex';
import katex from 'katex';

/** The path at which the site is served. */
const site = process.env.SITE_BASE ?? '/';

/** The reference of all packages, at /reference/ of the site; formulas are set when it is built: no script, no CDN. */
export default {
  name: '@nnbp',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  packageOptions: {
    entryPoints: ['src/index.ts'],
    tsconfig: 'tsconfig.json',
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    readme: 'none',
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: 'https://github.com/nnbp/nnbp/blob/{gitRevision}/{path}#L{line}',
    displayBasePath: '../..',
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: [
      'Class',
      'Function',
      'Interface',
      'Method',
      'Property',
      'Accessor',
      'TypeAlias',
      'Variable',
    ],
  },
  readme: 'none',
  highlightLanguages: ['bash', 'sh', 'console', 'css', 'html', 'javascript', 'json', 'python', 'tsx', 'typescript'],
  out: 'docs/site/reference',
  navigationLinks: {
    Guides: `${site}guides/your-first-network.html`,
    Packages: `${site}packages/core.html`,
    Playground: `${site}playground/index.html`,
  },
  customCss: 'node_modules/katex/dist/katex.min.css',
  disableGit: true,
  gitRevision: 'main',
  sourceLinkTemplate: 'https://github.com/nnbp/nnbp/blob/{gitRevision}/{path}#L{line}',
  includeVersion: false,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  markdownItLoader(md) {
    md.use(tex, {
      delimiters: 'dollars',
      render: (content, displayMode) =>
        katex.renderToString(content, { displayMode, throwOnError: true, strict: 'error' }),
    });
  },
  navigation: { includeCategories: false, includeGroups: false },
};
