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

/** `paper`: the light colours as the style sheet has them in print. */
type Theme = 'dark' | 'light' | 'paper';

const names = ['panel', 'line', 'text', 'quiet', 'accent', 'positive', 'negative'] as const;
/** The condition under which the style sheet uses the dark colours: never in print. */
const dark = matchMedia('screen and (prefers-color-scheme: dark)');
const paper = matchMedia('print');
const palettes: Partial<Record<Theme, Palette>> = {};

/** Subscribes to a media query. */
const changesOf = (query: MediaQueryList) => (listener: () => void) => {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};
const [onDark, onPaper] = [changesOf(dark), changesOf(paper)];

/** The colours of the selected theme. */
export function usePalette(): Palette {
  const theme = usePlayground(({ theme }) => theme);
  const isDark = useSyncExternalStore(onDark, () => dark.matches);
  const isPrinted = useSyncExternalStore(onPaper, () => paper.matches);
  return paletteOf(isPrinted ? 'paper' : theme === 'dark' || (theme === 'system' && isDark) ? 'dark' : 'light');
}

/** The colours of a theme. Each theme is read once. */
const paletteOf = (theme: Theme): Palette => (palettes[theme] ??= read(theme));

/** Reads the colours of a theme, which the document may not have applied yet. */
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

/** Mixes two colours. `share`: the part of the second one, from 0 to 1. */
export const mix = (one: Rgb, other: Rgb, share: number): Rgb => [
  one[0] + (other[0] - one[0]) * share,
  one[1] + (other[1] - one[1]) * share,
  one[2] + (other[2] - one[2]) * share,
];

/** Colour of a number: `negative` for −1, `panel` for 0, `positive` for 1, and mixtures in between. */
export const signed = ({ panel, positive, negative }: Palette, value: number): Rgb =>
  mix(panel, value < 0 ? negative : positive, Math.min(1, Math.abs(value)));

/** Colour of class k: `negative`, `positive`, then colours that also differ in lightness. */
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
