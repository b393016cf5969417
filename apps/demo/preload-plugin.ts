/**
 * Adds a script to the page that preloads the files of the view in the URL while the main script is still loading. Without
 * it, they would be requested only when the main script runs.
 */
import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';
import { type ViewName, viewNames } from './web/state.js';

type Bundle = Rolldown.OutputBundle;

/** Modules that a view loads as soon as it is shown. */
const loadedWithView: Partial<Record<ViewName, string>> = { derive: '/web/shared/katex.ts' };

/**
 * The files to preload for each view, without those that the page itself loads: scripts, styles, the worker of Train, and
 * the modules in `loadedWithView`.
 */
export function filesOfViews(bundle: Bundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((chunk) => chunk.type === 'chunk');
  const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('index.html') === true);
  if (page === undefined) throw new Error('The build has no page.');
  const ofPage = filesOf(bundle, page.fileName);
  return Object.fromEntries(
    viewNames.map((name) => {
      const view = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/web/${name}/view.tsx`) === true);
      if (view === undefined) throw new Error(`The build has no view "${name}".`);
      const files = [...filesOf(bundle, view.fileName)].filter((file) => !ofPage.has(file));
      const worker = Object.keys(bundle).find(
        (file) => view.code.includes(file.replace('assets/', '')) && /\/worker-[^/]*\.js$/.test(file),
      );
      const next = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(loadedWithView[name] ?? ' ') === true);
      return [
        name,
        [
          ...files,
          ...(worker === undefined ? [] : [worker]),
          ...(next === undefined ? [] : filesOf(bundle, next.fileName)),
        ],
      ];
    }),
  );
}

/** Files and styles of a chunk and of the chunks that it imports. */
function filesOf(bundle: Bundle, file: string, files = new Set<string>()): Set<string> {
  const chunk = bundle[file];
  if (files.has(file) || chunk?.type !== 'chunk') return files;
  files.add(file);
  for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
  for (const other of chunk.imports) filesOf(bundle, other, files);
  return files;
}

/** Source of the preload script. Without a view in the URL, the page opens Learn. */
const script = (files: Record<string, string[]>): string =>
  `{
  const files = ${JSON.stringify(files)};
  const view = location.hash.slice(1).split('/')[0] || 'learn';
  for (const file of Object.hasOwn(files, view) ? files[view] : []) {
    const link = document.createElement('link');
    const isScript = file.endsWith('.js');
    link.rel = file.includes('/worker-') ? 'prefetch' : isScript ? 'modulepreload' : 'preload';
    if (!isScript) link.as = 'style';
    link.crossOrigin = '';
    link.href = new URL(file, document.baseURI).href;
    document.head.append(link);
  }
}
`;

export const preload: Plugin = {
  name: 'preload-view',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const page = bundle['index.html'];
      if (this.environment.name !== 'client' || page?.type !== 'asset') return;
      const source = script(filesOfViews(bundle));
      const fileName = `assets/preload-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`;
      this.emitFile({ type: 'asset', fileName, source });
      page.source = String(page.source).replace(
        '<script type="module"',
        `<script async fetchpriority="high" src="./${fileName}"></script>\n    <script type="module"`,
      );
    },
  },
};
