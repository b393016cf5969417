import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { linkPreview } from './link-preview-plugin.js';
import { offline } from './offline-plugin.js';
import { preload } from './preload-plugin.js';
import { contentSecurityPolicy, embedPolicy, policyInPage } from './web/policy.js';

const headers = { 'Content-Security-Policy': contentSecurityPolicy, 'X-Content-Type-Options': 'nosniff' };

const isEmbed = (url = ''): boolean => url.split(/[?#]/)[0].endsWith('/embed.html');

/**
 * Writes the content security policy into the built page, but not in development, where hot reloading needs an inline
 * script.
 */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: policyInPage },
      injectTo: 'head-prepend',
    },
  ],
};

/** Copies the page to `embed.html`. Other sites may frame only this copy. */
const embed: Plugin = {
  name: 'embed',
  async writeBundle({ dir }) {
    if (this.environment.name === 'client' && dir !== undefined) {
      await copyFile(join(dir, 'index.html'), join(dir, 'embed.html'));
    }
  },
  configureServer({ middlewares }) {
    middlewares.use((request, _, next) => {
      if (isEmbed(request.url)) request.url = '/index.html';
      next();
    });
  },
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      if (isEmbed(request.url)) {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name, value) => setHeader(name, name === 'Content-Security-Policy' ? embedPolicy : value);
      }
      next();
    });
  },
};

/**
 * Returns the scoped name of a class of a CSS module: a hash of the file path, then the index of the class in the file.
 * The names are the same in every build. Names from one file share a prefix, so they compress well. The scoped name of
 * an animation is the hash, then the animation's own name.
 */
function scopedName(name: string, file: string, css: string): string {
  const hash = createHash('sha256')
    .update(relative(import.meta.dirname, file))
    .digest('hex')
    .slice(0, 6);
  const names = new Set(Array.from(css.matchAll(/\.([a-z]\w*)/gi), ([, className]) => className));
  return `_${hash}${Array.from(names).indexOf(name).toString(36).replace('-1', name)}`;
}

/**
 * The file for modules that at least two views use. It is loaded with the page, because each additional file would cost
 * a request. Large modules that some views do not need are not in this file.
 */
const shared = {
  name: 'shared',
  minShareCount: 2,
  test: (id: string) =>
    /[\\/](packages[\\/](core|activations|aggregations|losses|explain)|apps[\\/]demo[\\/]web|node_modules[\\/](react|react-dom|scheduler|lucide-react|valibot|fflate))[\\/]/.test(
      id,
    ) && !/graph-view|layered|user-code[\\/](?!messages|recording)/.test(id),
};

/** The playground is built from the sources of the packages, so they need not be built first. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), policy, linkPreview, preload, embed, offline],
  resolve: { conditions: ['@nnbp/source', ...defaultClientConditions] },
  css: { modules: { generateScopedName: scopedName } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { output: { codeSplitting: { groups: [shared] } } },
  },
  preview: { headers },
});
