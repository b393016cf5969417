// Configures the documentation site that `pnpm docs:build` builds. Its pages are the Markdown files of the repository.
// scripts/docs.mjs adds the API reference at /reference/ and the playground at /playground/.
import { readFileSync } from 'node:fs';
import { tex } from '@mdit/plugin-tex';
import katex from 'katex';
import { globSync } from 'tinyglobby';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { pageOf, rewrites, siteLink } from './links.ts';
import { groups } from './pages.ts';

const root = new URL('../..', import.meta.url).pathname;
const pages = rewrites(root);
const listed = new Set(groups.flatMap(({ files }) => files.map((file) => `${file}.md`)));
const missing = Object.keys(pages).filter((file) => file.startsWith('docs/guides/') && !listed.has(file));
if (missing.length > 0)
  throw new Error(`${missing.join(', ')}: not listed in docs/.vitepress/pages.ts. Add each guide to a group.`);

/**
 * Whether two characters are written without a space between them: both are Chinese, or one is full-width punctuation.
 */
function isInsideChinese(before: string, after: string): boolean {
  const punctuation = /[\u3000-\u303f\uff00-\uffef“”…]/;
  const chinese = /[\u3000-\u9fff\uff00-\uffef“”…]/;
  return punctuation.test(before) || punctuation.test(after) || (chinese.test(before) && chinese.test(after));
}

const heading = (file: string) => /^# (.*)$/m.exec(readFileSync(root + file, 'utf8'))?.[1].replaceAll('`', '') ?? file;

/** The sidebar of one language. In Chinese, the entry of a page without a translation links to the English page. */
function sidebar(chinese: boolean): DefaultTheme.SidebarItem[] {
  const guides = groups.map(({ title, titleZh, files }) => ({
    text: chinese ? titleZh : title,
    items: files.map((name) => {
      const translated = `${name.replace(/^docs\//, 'docs/zh/')}.md`;
      const file = chinese && translated in pages ? translated : `${name}.md`;
      return { text: heading(file), link: `/${pageOf(file)}` };
    }),
  }));
  const packages = Object.keys(pages)
    .filter((file) => file.startsWith('packages/'))
    .map((file) => ({ text: heading(file), link: `/${pageOf(file)}` }));
  return [...guides, { text: chinese ? '各个包' : 'Packages', collapsed: true, items: packages }];
}

export default defineConfig({
  title: '@nnbp',
  description: 'Neural networks as graphs of scalar nodes, in TypeScript: every derivative is one of three cases.',
  srcDir: root,
  outDir: `${root}docs/site`,
  cacheDir: `${root}node_modules/.cache/vitepress`,
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: false,
  lastUpdated: false,
  rewrites: pages,
  srcExclude: globSync('**/*.md', { cwd: root, dot: true, ignore: ['**/node_modules/**'] }).filter(
    (file) => !(file in pages),
  ),
  transformPageData({ relativePath, frontmatter }) {
    const other = relativePath.startsWith('zh/') ? relativePath.slice(3) : `zh/${relativePath}`;
    frontmatter.translated = Object.values(pages).includes(other);
  },
  head: [
    ['link', { rel: 'icon', href: `${process.env.SITE_BASE ?? '/'}icon.svg`, type: 'image/svg+xml' }],
    ['meta', { property: 'og:title', content: '@nnbp: backpropagation in three cases' }],
    ['meta', { property: 'og:type', content: 'website' }],
  ],
  vite: { publicDir: `${root}docs/public`, build: { chunkSizeWarningLimit: 5000 } },
  markdown: {
    config(md) {
      // The type declarations of markdown-it in the plugin and in VitePress differ in one function that neither uses.
      tex(md as never, {
        delimiters: 'dollars',
        render: (content, display) =>
          // v-pre: Vue must not interpret the braces of a formula.
          katex
            .renderToString(content, { displayMode: display, throwOnError: true, strict: 'error' })
            .replace('<span', '<span v-pre'),
      });
      // A line break inside a Chinese sentence is not a space.
      md.core.ruler.push('chinese-line-breaks', (state) => {
        const { relativePath } = state.env as { relativePath?: string };
        if (!relativePath?.startsWith('zh/')) return;
        for (const { children } of state.tokens) {
          for (const [k, token] of (children ?? []).entries()) {
            const before = children!.slice(0, k).findLast(({ content }) => content !== '')?.content ?? '';
            const after = children!.slice(k + 1).find(({ content }) => content !== '')?.content ?? '';
            if (token.type === 'softbreak' && isInsideChinese(before.at(-1) ?? '', after[0] ?? '')) token.type = 'text';
          }
        }
      });
      md.core.ruler.push('site-links', (state) => {
        const { relativePath } = state.env as { relativePath: string };
        const file = Object.entries(pages).find(([, page]) => page === relativePath)?.[0] ?? relativePath;
        for (const token of state.tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href');
          if (token.type === 'link_open' && href) token.attrSet('href', siteLink(href, file));
        }
      });
    },
  },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: { sidebar: sidebar(false), nav: navigation(false) } },
    zh: {
      label: '中文',
      lang: 'zh-CN',
      description: '用 TypeScript 实现的神经网络，由标量节点构成：每个导数都属于三种场景之一。',
      themeConfig: {
        sidebar: sidebar(true),
        nav: navigation(true),
        outline: { label: '本页目录' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '外观',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
      },
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清空',
                backButtonTitle: '关闭',
                noResultsText: '没有找到',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
    socialLinks: [{ icon: 'github', link: 'https://github.com/nnbp/nnbp' }],
    outline: [2, 3],
  },
});

function navigation(chinese: boolean): DefaultTheme.NavItem[] {
  const language = chinese ? '/zh' : '';
  return [
    { text: chinese ? '指南' : 'Guides', link: `${language}/guides/your-first-network` },
    { text: chinese ? '方法' : 'The method', link: `${language}/guides/method-1-the-network` },
    // VitePress does not build these pages. With `target`, it leaves the links to the browser.
    { text: chinese ? '参考手册' : 'Reference', link: '/reference/index.html', target: '_self' },
    { text: chinese ? '演练场' : 'Playground', link: '/playground/index.html', target: '_self' },
  ];
}
