/** The colours of the theme as RGB values, for canvases. */
import { useSyncExternalStore } from 'react';
import { usePlayground } from '../store.js';
import { themeColour } from './theme-colour.js';

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly panel: Rgb;
  readonly line: Rgb;
  readonly text: Rgb;
  readonly quiet: Rgb;
  readonly accent: Rgb;
  readonly positive: Rgb;
  readonly negative: Rgb;
}

/** `paper`: the light theme with the style sheet's changes for print. */
type Theme = 'dark' | 'light' | 'paper';

const names = ['panel', 'line', 'text', 'quiet', 'accent', 'positive', 'negative'] as const;
/** Matches if the system prefers a dark theme, but never in print, where the style sheet is always light. */
const dark = matchMedia('screen and (prefers-color-scheme: dark)');
const paper = matchMedia('print');
const palettes: Partial<Record<Theme, Palette>> = {};

const subscriptionTo = (query: MediaQueryList) => (listener: () => void) => {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};
const [subscribeToDark, subscribeToPaper] = [subscriptionTo(dark), subscriptionTo(paper)];

/** Returns the colours of the selected theme, or those of `paper` while the page is being printed. */
export function usePalette(): Palette {
  const theme = usePlayground(({ theme }) => theme);
  const isDark = useSyncExternalStore(subscribeToDark, () => dark.matches);
  const isPrinted = useSyncExternalStore(subscribeToPaper, () => paper.matches);
  return paletteOf(isPrinted ? 'paper' : theme === 'dark' || (theme === 'system' && isDark) ? 'dark' : 'light');
}

const paletteOf = (theme: Theme): Palette => (palettes[theme] ??= read(theme));

/** Reads the colours of a theme by applying it to the document temporarily. */
function read(theme: Theme): Palette {
  const before = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = theme;
  const colours = names.map((name) => [name, rgb(themeColour(name))]);
  if (before === undefined) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = before;
  return Object.fromEntries(colours) as Palette;
}

/** Parses a colour such as `rgb(27, 32, 41)`. */
const rgb = (colour: string): Rgb => colour.match(/\d+/g)!.map(Number) as unknown as Rgb;

export const css = ([red, green, blue]: Rgb, alpha = 1): string => `rgb(${red} ${green} ${blue} / ${alpha})`;

/** Mixes two colours. `share`: the fraction of the second colour, from 0 to 1. */
export const mix = (first: Rgb, second: Rgb, share: number): Rgb => [
  first[0] + (second[0] - first[0]) * share,
  first[1] + (second[1] - first[1]) * share,
  first[2] + (second[2] - first[2]) * share,
];

/** Returns the colour of a value: `negative` if ≤ −1, `panel` if 0, `positive` if ≥ 1, and a mix in between. */
export const signed = ({ panel, positive, negative }: Palette, value: number): Rgb =>
  mix(panel, value < 0 ? negative : positive, Math.min(1, Math.abs(value)));

/**
 * Returns the colour of class k: `negative`, `positive`, then six colours that also differ in lightness. Repeats from
 * class 8.
 */
export function classColour({ positive, negative, panel }: Palette, k: number): Rgb {
  const isDark = panel[0] < 128;
  const more: readonly Rgb[] = isDark
    ? [
        [116, 220, 178],
        [214, 160, 255],
        [240, 220, 110],
        [255, 140, 190],
        [150, 210, 240],
        [190, 200, 130],
      ]
    : [
        [20, 140, 95],
        [130, 70, 190],
        [170, 135, 0],
        [200, 50, 120],
        [30, 130, 160],
        [110, 120, 40],
      ];
  return [negative, positive, ...more][k % (more.length + 2)];
}
