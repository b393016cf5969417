/**
 * Renders the page for a URL without a fragment (chapter 1 of the Learn view) to HTML, in each language. A script
 * shows this HTML while the page's own scripts are loading; then React replaces it.
 */
import { type ComponentType, createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { createServer, defaultServerConditions, type ViteDevServer } from 'vite';
import type { LanguageName, ViewName } from './web/state.js';

/** The exports of the page's module. */
interface Page {
  readonly App: ComponentType;
  loadView(name: ViewName): Promise<void>;
}

export async function firstScreens(): Promise<Record<LanguageName, string>> {
  const server = await createServer({
    configFile: `${import.meta.dirname}/vite.config.ts`,
    appType: 'custom',
    logLevel: 'error',
    ssr: { resolve: { conditions: ['@nnbp/source', ...defaultServerConditions] } },
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return { en: await firstScreen(server, 'en'), zh: await firstScreen(server, 'zh') };
  } finally {
    await server.close();
  }
}

async function firstScreen(server: ViteDevServer, language: LanguageName): Promise<string> {
  const nothing = () => undefined;
  const restore = define({
    navigator: { language },
    location: { hash: '', pathname: '/' },
    history: { replaceState: nothing },
    document: { addEventListener: nothing },
    addEventListener: nothing,
  });
  try {
    // The page's modules read the language when they load, so they are loaded again for each language.
    server.environments.ssr.moduleGraph.invalidateAll();
    const { App, loadView } = (await server.ssrLoadModule('/web/app.tsx')) as Page;
    await loadView('learn');
    return renderToStaticMarkup(createElement(App));
  } finally {
    restore();
  }
}

/** Defines global variables of a browser, and returns a function that restores those of Node. */
function define(variables: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(variables).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(variables)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  };
}
