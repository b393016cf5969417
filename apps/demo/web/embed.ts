/** Embedding: `embed.html` is the playground without its header. */

const file = 'embed.html';

/** Whether this page is `embed.html`. */
export const isEmbedded = location.pathname.endsWith(`/${file}`);

/** Returns the URL of the full page with a fragment such as `#train`. */
export const fullPageUrl = (fragment: string): string => new URL(`./${fragment}`, location.href).href;

/** HTML that embeds the page in its current state. */
export function embedCode(title: string): string {
  const url = new URL(`./${file}${location.hash}`, location.href).href;
  const quoted = title.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${url}" title="${quoted}" width="100%" height="700" style="border: 0" loading="lazy" allow="clipboard-write"></iframe>`;
}
