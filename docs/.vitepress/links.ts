import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';

/** Base URL of the files in the repository, for links to files that are not pages of the site. */
const repository = 'https://github.com/nnbp/nnbp/blob/main/';

/**
 * The path of a Markdown file's page on the site: `guides/save` for `docs/guides/save.md`, `packages/core` for
 * `packages/core/README.md`, `zh/guides/save` for `docs/zh/guides/save.md`. Undefined for a file that is not a page.
 */
export function pageOf(file: string): string | undefined {
  const match =
    /^docs\/((?:zh\/)?(?:guides\/[\w-]+|index))\.md$/.exec(file) ??
    /^(packages\/[\w-]+)\/README\.md$/.exec(file) ??
    /^(CONTRIBUTING|ARCHITECTURE|SECURITY)\.md$/.exec(file);
  return match ? match[1].toLowerCase() : undefined;
}

/** The `rewrites` option of VitePress. For each page: the path of its file in the repository → its path on the site. */
export function rewrites(root: string): Record<string, string> {
  const folders = ['', 'docs', 'docs/guides', 'docs/zh', 'docs/zh/guides'];
  const files = [
    ...folders.flatMap((folder) =>
      existsSync(posix.join(root, folder))
        ? readdirSync(posix.join(root, folder)).map((name) => posix.join(folder, name))
        : [],
    ),
    ...readdirSync(posix.join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ];
  return Object.fromEntries(
    files.flatMap((file) => {
      const page = pageOf(file);
      return page === undefined ? [] : [[file, `${page}.md`]];
    }),
  );
}

/**
 * Converts a link in the repository file `file` to a link on the site. Relative links to pages become absolute, and
 * relative links to other files point to the repository on GitHub. URLs, fragments and absolute paths stay unchanged.
 */
export function siteLink(href: string, file: string): string {
  if (/^[a-z]+:|^[#/]/i.test(href)) return href;
  const [path, fragment] = href.split('#', 2);
  let target = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
  if (target === 'README.md') target = 'docs/index.md';
  if (target === 'README.zh-CN.md') target = 'docs/zh/index.md';
  if (/^packages\/[\w-]+$/.test(target)) target += '/README.md';
  const page = pageOf(target);
  const address = page === undefined ? repository + target : `/${page.replace(/(^|\/)index$/, '$1')}`;
  return fragment === undefined ? address : `${address}#${fragment}`;
}
