/** The "More" menu: embed code, printing, the exercise sheet, links for a school class, and guides. */
import { Ellipsis } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { embedCode } from './embed.js';
import { useMessages } from './language.js';
import { messages } from './messages.js';
import styles from './more-menu.module.css';
import { useNotice } from './shared/use-notice.js';
import { type PlaygroundState, viewNames } from './state.js';
import { update, usePlayground } from './store.js';

const repository = 'https://github.com/nnbp/nnbp';
/** Path of the site that hosts the playground and the guides. If undefined, the menu links to the guides on GitHub. */
const site = import.meta.env.VITE_SITE as string | undefined;
const guidesUrl = (folder: '' | 'zh/') =>
  site === undefined
    ? `${repository}/tree/main/docs/${folder}guides`
    : `${site}/${folder}guides/your-first-network.html`;

export function MoreMenu() {
  const view = usePlayground(({ view }) => view);
  const language = usePlayground(({ language }) => language);
  const theme = usePlayground(({ theme }) => theme);
  const display = usePlayground(({ display }) => display);
  const say = useMessages(messages);
  const menu = useRef<HTMLDetailsElement>(null);
  const [notice, notify] = useNotice();
  useEffect(() => {
    const close = (event: Event) => {
      const { current } = menu;
      if (!current?.open) return;
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !current.contains(event.target as Element)) {
        current.open = false;
      }
    };
    document.addEventListener('keydown', close);
    document.addEventListener('pointerdown', close);
    return () => {
      document.removeEventListener('keydown', close);
      document.removeEventListener('pointerdown', close);
    };
  }, []);
  const copy = () => {
    const code = embedCode(`${say.views[view]} · @nnbp`);
    navigator.clipboard.writeText(code).then(
      () => notify(say.embedCopied),
      () => notify(code),
    );
  };
  return (
    <details ref={menu} className={styles.menu}>
      <summary aria-label={say.more} title={say.more}>
        <Ellipsis size={16} aria-hidden />
      </summary>
      <div>
        <button type="button" onClick={copy}>
          {say.copyEmbed}
        </button>
        <span role="status" className={styles.notice}>
          {notice}
        </span>
        {theme === 'system' && <p className="quiet">{say.embedTheme}</p>}
        <button type="button" onClick={() => print()}>
          {say.print}
        </button>
        <button type="button" onClick={showSheet}>
          {say.sheet}
        </button>
        <fieldset>
          <legend>{say.forClasses}</legend>
          <Choice checked={display.locked} change={(locked) => setDisplay({ locked })} label={say.locked} />
          <Choice
            checked={display.answers === 'hidden'}
            change={(hidden) => setDisplay({ answers: hidden ? 'hidden' : 'shown' })}
            label={say.hideAnswers}
          />
          <Choice
            checked={display.size === 'large'}
            change={(large) => setDisplay({ size: large ? 'large' : 'normal' })}
            label={say.large}
          />
          <p className="quiet">{say.thenCopy}</p>
        </fieldset>
        <fieldset>
          <legend>{say.offered}</legend>
          {viewNames.map((name) => (
            <Choice
              key={name}
              disabled={name === view}
              checked={!display.hide.includes(name)}
              change={(offered) =>
                setDisplay({ hide: viewNames.filter((n) => (n === name ? !offered : display.hide.includes(n))) })
              }
              label={say.views[name]}
            />
          ))}
        </fieldset>
        <a href={guidesUrl(language === 'zh' ? 'zh/' : '')} target="_blank" rel="noopener">
          {say.guides}
        </a>
        <a href={repository} target="_blank" rel="noopener">
          {say.repository}
        </a>
      </div>
    </details>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
  readonly disabled?: boolean;
}

function Choice({ label, checked, change, disabled = false }: ChoiceProps) {
  return (
    <label>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => change(event.target.checked)} />{' '}
      {label}
    </label>
  );
}

const setDisplay = (part: Partial<PlaygroundState['display']>) =>
  update((state) => ({ ...state, display: { ...state.display, ...part } }));

const showSheet = () => update((state) => ({ ...state, view: 'learn', sheet: state.sheet ?? 1 }));
