/** Which views the page offers to open: none in a frame and with a locked link, from which there would be no way back. */
import { isEmbedded } from './embed.js';
import type { PlaygroundState, ViewName } from './state.js';
import { usePlayground } from './store.js';

/** Whether views can be opened from this one, as a function of their name. */
export function useOffers(): (view: ViewName) => boolean {
  const display = usePlayground(({ display }) => display);
  return (view) => offers(display, view);
}

const offers = ({ locked, hide }: PlaygroundState['display'], view: ViewName): boolean =>
  !isEmbedded && !locked && !hide.includes(view);
