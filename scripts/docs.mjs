// Builds the site into docs/site: guides and package pages (VitePress), the reference (TypeDoc) and the playground
// (Vite). SITE_BASE is the path at which the site will be served, for example /nnbp/; the default is /. SITE_URL is the
// absolute URL of the site; without it, links to the playground have no preview.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';

const site = 'docs/site';
const options = /** @type {const} */ ({ stdio: 'inherit', shell: process.platform === 'win32' });
const { SITE_URL } = process.env;
const playgroundUrl = SITE_URL ? new URL('playground/', SITE_URL.replace(/\/?$/, '/')).href : '';
// VitePress empties the directory, so it runs first. Only warnings are logged, because its progress output is long.
execFileSync('vitepress', ['build', 'docs', '--logLevel', 'warn'], options);
execFileSync('typedoc', ['--options', 'typedoc.config.mjs', '--logLevel', 'Warn'], options);
// TypeDoc copies KaTeX's style sheet into assets/; the fonts must be there too.
cpSync('node_modules/katex/dist/fonts', `${site}/reference/assets/fonts`, { recursive: true });
execFileSync(
  'vite',
  [
    'build',
    '--config',
    'apps/demo/vite.config.ts',
    '--logLevel',
    'warn',
    '--emptyOutDir',
    '--outDir',
    `../../${site}/playground`,
  ],
  { ...options, env: { ...process.env, PLAYGROUND_URL: playgroundUrl, VITE_SITE: '..' } },
);

const missing = [
  'index.html',
  'guides/save.html',
  'zh/index.html',
  'reference/index.html',
  'playground/index.html',
].filter((page) => !existsSync(`${site}/${page}`));
if (missing.length > 0) throw new Error(`${site}: the build did not create ${missing.join(', ')}.`);
console.log(`The site is in ${site}. "pnpm docs:preview" serves it.`);
