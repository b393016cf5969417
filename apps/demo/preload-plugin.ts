/**
 * Adds a preload script to the page. While the main script is still loading, the preload script requests the files of
 * the view that the URL names. If the URL names the first chapter of the Learn view, the preload script also shows the
 * first screen: that chapter, rendered at build time.
 */
import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';
import { firstScreens } from './first-screen.js';
import { type LanguageName, type ViewName, viewNames } from './web/state.js';

type Bundle = Rolldown.OutputBundle;

/** Modules that a view loads as soon as it is shown. */
const loadedWithView: Partial<Record<ViewName, string>> = { derive: '/web/shared/katex.ts' };

/** Fonts of the formulas that a view shows first. The browser leaves formulas blank until their fonts are loaded. */
const fonts: Partial<Record<ViewName, RegExp>> = { derive: /KaTeX_(Main-Regular|Main-Italic|Math-Italic)-.*\.woff2$/ };

/**
 * Returns the files to preload for each view: scripts, styles, the worker of the Train view, the modules in
 * `loadedWithView`, and fonts. Files that the page itself loads are excluded.
 */
export function filesOfViews(bundle: Bundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((chunk) => chunk.type === 'chunk');
  const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('index.html') === true);
  if (page === undefined) throw new Error('The build has no index.html.');
  const pageFiles = filesOf(bundle, page.fileName);
  return Object.fromEntries(
    viewNames.map((name) => {
      const view = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/web/${name}/view.tsx`) === true);
      if (view === undefined) throw new Error(`The build has no view "${name}".`);
      const worker = Object.keys(bundle).find(
        (file) => view.code.includes(file.replace('assets/', '')) && /\/worker-[^/]*\.js$/.test(file),
      );
      const moduleChunk = chunks.find(
        ({ facadeModuleId }) => facadeModuleId?.endsWith(loadedWithView[name] ?? ' ') === true,
      );
      const files = filesOf(bundle, view.fileName);
      if (moduleChunk !== undefined) filesOf(bundle, moduleChunk.fileName, files);
      return [
        name,
        [
          ...[...files].filter((file) => !pageFiles.has(file)),
          ...(worker === undefined ? [] : [worker]),
          ...Object.keys(bundle).filter((file) => fonts[name]?.test(file)),
        ],
      ];
    }),
  );
}

/** Adds the scripts and styles of a chunk, and of the chunks that it imports, to `files`. Returns `files`. */
function filesOf(bundle: Bundle, file: string, files = new Set<string>()): Set<string> {
  const chunk = bundle[file];
  if (files.has(file) || chunk?.type !== 'chunk') return files;
  files.add(file);
  for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
  for (const other of chunk.imports) filesOf(bundle, other, files);
  return files;
}

interface FirstScreen {
  /** HTML of the first screen in each language. */
  readonly screens: Record<LanguageName, string>;
  /** Styles of the Learn view, which are not loaded yet when the script runs. */
  readonly styles: string;
}

/**
 * Returns the source of the preload script. If the URL names no view, the page opens the Learn view. The first screen
 * is inert: its buttons do nothing until React has replaced it.
 */
const script = (files: Record<string, string[]>, { screens, styles }: FirstScreen): string =>
  `{
  const files = ${JSON.stringify(files)};
  const screens = ${JSON.stringify(screens)};
  const styles = ${JSON.stringify(styles)};
  const view = location.hash.slice(1).split('/')[0] || 'learn';
  for (const file of Object.hasOwn(files, view) ? files[view] : []) {
    const link = document.createElement('link');
    const isScript = file.endsWith('.js');
    link.rel = file.includes('/worker-') ? 'prefetch' : isScript ? 'modulepreload' : 'preload';
    if (!isScript) link.as = file.endsWith('.woff2') ? 'font' : 'style';
    link.crossOrigin = '';
    link.href = new URL(file, document.baseURI).href;
    document.head.append(link);
  }
  const show = () => {
    const page = document.getElementById('page');
    if (page.hasChildNodes()) return;
    const screen = document.createElement('div');
    screen.inert = true;
    screen.style.display = 'contents';
    screen.innerHTML = '<style>' + styles + '</style>' + screens[navigator.language.startsWith('zh') ? 'zh' : 'en'];
    page.append(screen);
  };
  if (/^(#(learn(\\/1)?)?)?$/.test(location.hash) && !location.pathname.endsWith('/embed.html')) {
    if (document.readyState === 'loading') document.addEventListener('readystatechange', show, { once: true });
    else show();
  }
}
`;

export const preload: Plugin = {
  name: 'preload-view',
  generateBundle: {
    order: 'post',
    async handler(_, bundle) {
      const page = bundle['index.html'];
      if (this.environment.name !== 'client' || page?.type !== 'asset') return;
      const files = filesOfViews(bundle);
      const styles = files.learn.map((file) => bundle[file]).filter((file) => file.type === 'asset');
      const source = script(files, {
        screens: await firstScreens(),
        styles: styles.map((file) => String(file.source)).join(''),
      });
      const fileName = `assets/preload-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`;
      this.emitFile({ type: 'asset', fileName, source });
      page.source = String(page.source).replace(
        '<script type="module"',
        `<script async fetchpriority="high" src="./${fileName}"></script>\n    $&`,
      );
    },
  },
};
