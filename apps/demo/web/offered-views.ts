/**
 * Determines which other views the page offers to open. The page offers none if it is embedded or was opened by a link
 * that locks the view, because there would be no way back.
 */
import { isEmbedded } from './embed.js';
import type { PlaygroundState, ViewName } from './state.js';
import { usePlayground } from './store.js';

/** Returns a function that checks whether a view can be opened from the current one. */
export function useOffers(): (view: ViewName) => boolean {
  const display = usePlayground(({ display }) => display);
  return (view) => offers(display, view);
}

const offers = ({ locked, hide }: PlaygroundState['display'], view: ViewName): boolean =>
  !isEmbedded && !locked && !hide.includes(view);
