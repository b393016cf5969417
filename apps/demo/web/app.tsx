/** The page: a header and one of six views. Each view is loaded on first use. */
import { Link2 } from 'lucide-react';
import {
  Component,
  type ComponentType,
  type ReactNode,
  startTransition,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import styles from './app.module.css';
import { useMessages } from './language.js';
import { messages } from './messages.js';
import { defaultState, type PlaygroundState, type ViewName, viewNames } from './state.js';
import { isEmbedded, fullPageUrl } from './embed.js';
import { MoreMenu } from './more-menu.js';
import { newVersion, startOffline } from './offline.js';
import { useNotice } from './shared/use-notice.js';
import { update, useAddress, useLinkProblem, usePlayground } from './store.js';

const loaders: Record<ViewName, () => Promise<{ readonly default: ComponentType }>> = {
  learn: () => import('./learn/view.js'),
  derive: () => import('./derive/view.js'),
  train: () => import('./train/view.js'),
  fit: () => import('./fit/view.js'),
  build: () => import('./build/view.js'),
  extend: () => import('./extend/view.js'),
};
const loadedViews: Partial<Record<ViewName, ComponentType>> = {};

export async function loadView(name: ViewName): Promise<void> {
  loadedViews[name] = (await loaders[name]()).default;
}

export function App() {
  const linkProblem = useLinkProblem();
  const view = usePlayground(({ view }) => view);
  const language = usePlayground(({ language }) => language);
  const theme = usePlayground(({ theme }) => theme);
  const display = usePlayground(({ display }) => display);
  const say = useMessages(messages);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = `${say.views[view]} · @nnbp`;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.size = display.size;
  }, [language, theme, display.size, view, say]);
  return (
    <>
      <a className={styles.skip} href="#content" onClick={skip}>
        {say.skip}
      </a>
      {isEmbedded ? <EmbeddedHeader /> : <Header />}
      <NewVersion />
      <main id="content" tabIndex={-1}>
        {linkProblem !== undefined && (
          <p role="alert" className="problem">
            {say.badLink[linkProblem]}
          </p>
        )}
        <Guard key={view} failed={say.failed} startOver={say.startOver}>
          <LoadedView name={view} />
        </Guard>
      </main>
    </>
  );
}

/**
 * Renders a view as soon as it has loaded. Does not use `lazy` with `Suspense`, because React keeps a fallback on the
 * screen for at least 300 ms.
 */
function LoadedView({ name }: { readonly name: ViewName }) {
  const say = useMessages(messages);
  const [failure, setFailure] = useState<Error>();
  const [, setLoaded] = useState<ViewName>();
  const View = loadedViews[name];
  const isLoaded = View !== undefined;
  useEffect(() => {
    if (isLoaded) startOfflineOnce();
    else void loadView(name).then(() => startTransition(() => setLoaded(name)), setFailure);
  }, [isLoaded, name]);
  if (failure !== undefined) throw failure;
  return isLoaded ? <View /> : <p role="status">{say.loading}</p>;
}

let isStarted = false;

/** Registers the service worker when the first view is shown. */
function startOfflineOnce(): void {
  if (isStarted) return;
  isStarted = true;
  startOffline();
}

const offeredViews = ({ hide }: PlaygroundState['display']): ViewName[] =>
  viewNames.filter((name) => !hide.includes(name));

/** Reports that the server has a newer version of the page. A reload keeps the state, which is in the URL. */
function NewVersion() {
  const say = useMessages(messages);
  const isReady = useSyncExternalStore(newVersion.subscribe, newVersion.isReady, newVersion.isReady);
  if (!isReady) return null;
  return (
    <p role="status" className={styles.newVersion}>
      {say.newVersion}{' '}
      <button type="button" onClick={() => location.reload()}>
        {say.reload}
      </button>
    </p>
  );
}

function EmbeddedHeader() {
  const address = useAddress();
  const say = useMessages(messages);
  return (
    <p className={styles.embedded}>
      <a href={fullPageUrl(address)} target="_blank" rel="noopener">
        {say.openWhole}
      </a>
    </p>
  );
}

function Header() {
  const view = usePlayground(({ view }) => view);
  const language = usePlayground(({ language }) => language);
  const theme = usePlayground(({ theme }) => theme);
  const display = usePlayground(({ display }) => display);
  const say = useMessages(messages);
  return (
    <header className={styles.header}>
      <h1>
        <span className={styles.brand}>@nnbp</span> <span className={styles.motto}>{say.title}</span>
      </h1>
      {!display.locked && (
        <nav aria-label={say.chooseView}>
          {offeredViews(display).map((name) => (
            <button
              key={name}
              type="button"
              aria-current={name === view ? 'page' : undefined}
              title={say.tasks[name]}
              onClick={() => update((state) => ({ ...state, view: name }))}
            >
              {say.views[name]}
            </button>
          ))}
        </nav>
      )}
      <div className={styles.options}>
        <select
          aria-label={say.language}
          value={language}
          onChange={(event) =>
            update((state) => ({ ...state, language: event.target.value as PlaygroundState['language'] }))
          }
        >
          <option value="en">English</option>
          <option value="zh">中文</option>
        </select>
        <select
          aria-label={say.theme}
          value={theme}
          onChange={(event) => update((state) => ({ ...state, theme: event.target.value as PlaygroundState['theme'] }))}
        >
          {(['system', 'light', 'dark'] as const).map((name) => (
            <option key={name} value={name}>
              {say.themes[name]}
            </option>
          ))}
        </select>
        <Share />
        <MoreMenu />
      </div>
    </header>
  );
}

function Share() {
  const say = useMessages(messages);
  const [notice, notify] = useNotice();
  const copy = () => {
    navigator.clipboard.writeText(location.href).then(
      () => notify(say.shared),
      () => notify(say.notShared),
    );
  };
  return (
    <>
      <button type="button" aria-label={say.share} onClick={copy}>
        <Link2 size={16} aria-hidden /> <span className={styles.shareText}>{say.share}</span>
      </button>
      <span role="status" className={styles.notice}>
        {notice}
      </span>
    </>
  );
}

/** Moves the focus to the content. Following the link would replace the URL fragment, which holds the state. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

interface GuardProps {
  readonly children: ReactNode;
  readonly startOver: string;
  readonly failed: (reason: string) => string;
}

/** Error boundary: an error in a view does not affect the rest of the page. */
class Guard extends Component<GuardProps, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div role="alert" className="problem">
        <p>{this.props.failed(error.message)}</p>
        <button
          type="button"
          onClick={() => {
            update(({ view, language, theme }) => ({ ...defaultState, view, language, theme }));
            this.setState({ error: undefined! });
          }}
        >
          {this.props.startOver}
        </button>
      </div>
    );
  }
}
