/**
 * Adds the Open Graph tags that need the absolute URL of the page, such as the preview image. (`index.html` contains
 * the others.) The build reads the URL from PLAYGROUND_URL, which must end with a slash. If PLAYGROUND_URL is not set,
 * no tags are added.
 */
import type { HtmlTagDescriptor, Plugin } from 'vite';

/** Size of `public/link-preview.png`, in pixels. */
export const pictureSize = { width: 1200, height: 630 };

/** Returns the link preview tags of the page at `url`; empty if there is no URL. */
export function previewTags(url: string | undefined): HtmlTagDescriptor[] {
  if (url === undefined || url === '') return [];
  if (!URL.canParse(url) || !url.endsWith('/')) {
    throw new Error(`PLAYGROUND_URL: expected an absolute URL that ends with a slash, received "${url}".`);
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
