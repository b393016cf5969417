/**
 * The result of a repair challenge: a button that copies a link to the challenge, without answers, and a link that saves
 * an image of the result.
 */
import { useState } from 'react';
import { addressOf } from '../address.js';
import { fullPageUrl } from '../embed.js';
import { useMessages } from '../language.js';
import { defaultState, type LanguageName } from '../state.js';
import { usePlayground } from '../store.js';
import styles from './card.module.css';
import { messages } from './messages.js';

export interface ResultProps {
  readonly seed: number;
  /** Whether the bug of the challenge was found. If not, there is no image of the result. */
  readonly isRepaired: boolean;
  readonly probes: number;
  readonly tries: number;
}

/** URL fragment of the challenge with this seed, without answers. */
export function challengeAddress(seed: number, language: LanguageName): string {
  const work = { repair: { seed, task: 0, tries: [], draft: '' } };
  const state = { ...defaultState, language, view: 'learn', learn: { chapter: 'repair', work } } as const;
  return addressOf(state, { ...defaultState, language });
}

export function Result({ seed, isRepaired, probes, tries }: ResultProps) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const [copied, setCopied] = useState('');
  const lines = [say.resultTitle, say.resultLine(probes, tries), say.resultSeed(seed)];
  const copy = () => {
    const link = fullPageUrl(challengeAddress(seed, language));
    navigator.clipboard.writeText(link).then(
      () => setCopied(say.copied),
      () => setCopied(link),
    );
  };
  return (
    <div className={styles.nextSteps}>
      <button type="button" onClick={copy}>
        {say.copyChallenge}
      </button>
      {isRepaired && (
        <a
          className={styles.link}
          download={`repaired-${seed}.svg`}
          href={`data:image/svg+xml,${encodeURIComponent(picture(lines))}`}
        >
          {say.savePicture}
        </a>
      )}
      <span role="status">{copied}</span>
    </div>
  );
}

/** Renders the result as an SVG image. */
const picture = ([
  title,
  line,
  seed,
]: readonly string[]): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 315" width="600" height="315" font-family="system-ui, sans-serif">
<rect width="600" height="315" fill="#f7f8fa"/><rect x="20" y="20" width="560" height="275" rx="16" fill="#fff" stroke="#0d6b4c" stroke-width="3"/>
<text x="300" y="115" font-size="34" font-weight="700" text-anchor="middle" fill="#0d6b4c">✓ ${title}</text>
<text x="300" y="175" font-size="24" text-anchor="middle" fill="#1b2130">${line}</text>
<text x="300" y="235" font-size="18" text-anchor="middle" fill="#56607a">${seed} · @nnbp</text></svg>`;
