import { tex } from '@mdit/plugin-tex';
import katex from 'katex';
import { readdirSync, readFileSync } from 'node:fs';
import { Converter, ReflectionKind } from 'typedoc';

/** The path at which the site is served. */
const site = process.env.SITE_BASE ?? '/';

/** The name of the package in a directory of `packages`. @param {string} folder @returns {string} */
const packageIn = (folder) => JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')).name;

/**
 * Settings for the API reference, at /reference/ on the site. Formulas are typeset at build time, without scripts or a
 * CDN.
 */
export default {
  name: '@nnbp',
  // nnbp comes last because it re-exports the other packages.
  entryPoints: ['packages/!(nnbp)/src/index.ts', 'packages/formats/src/node/index.ts', 'packages/nnbp/src/index.ts'],
  tsconfig: 'tsconfig.declarations.json',
  // `pnpm check types` reports type errors.
  skipErrorChecking: true,
  plugin: [nameModulesAsPackages],
  packagesRequiringDocumentation: readdirSync('packages').map(packageIn),
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'Method', 'Property', 'Accessor', 'TypeAlias', 'Variable'],
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

/**
 * Renames modules: `core/src` → `@nnbp/core`, `formats/src/node` → `@nnbp/formats/node`.
 *
 * @param {import('typedoc').Application} app
 */
function nameModulesAsPackages(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const [folder, , ...entry] = reflection.name.split('/');
    reflection.name = [packageIn(folder), ...entry].join('/');
  });
}
