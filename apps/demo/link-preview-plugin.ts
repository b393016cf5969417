/**
 * Adds the tags that need an absolute URL to the page, for the previews that other sites show of a link: its picture and
 * its own address. The build gets the URL from PLAYGROUND_URL, with a slash at the end; without it there are no tags.
 */
import type { HtmlTagDescriptor, Plugin } from 'vite';

/** Size of `public/link-preview.png`, in pixels. */
export const pictureSize = { width: 1200, height: 630 };

/** The tags of a page at a URL; none without a URL. */
export function previewTags(url: string | undefined): HtmlTagDescriptor[] {
  if (url === undefined || url === '') return [];
  if (!URL.canParse(url) || !url.endsWith('/')) {
    throw new Error(`PLAYGROUND_URL: expected an absolute URL with a slash at the end, received "${url}".`);
  }
  const properties = {
    'og:url': url,
    'og:image': new URL('link-preview.png', url).href,
    'og:image:type': 'image/png',
    'og:image:width': String(pictureSize.width),
    'og:image:height': String(pictureSize.height),
    'og:image:alt': 'A network of seven nodes with the numbers that its backward pass sends from node to node.',
  };
  return [
    ...Object.entries(properties).map(([property, content]) => tag({ property, content })),
    tag({ name: 'twitter:card', content: 'summary_large_image' }),
  ];
}

const tag = (attrs: Record<string, string>): HtmlTagDescriptor => ({ tag: 'meta', attrs, injectTo: 'head' });

export const linkPreview: Plugin = {
  name: 'link-preview',
  transformIndexHtml: () => previewTags(process.env.PLAYGROUND_URL),
};
