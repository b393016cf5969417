import { dataSymbol, useData } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { computed, h, provide } from 'vue';
import 'katex/dist/katex.min.css';
import './site.css';

/** The layout, with a language menu that links to the translation of the page, or to the home page if there is none. */
const Layout = {
  setup() {
    const data = useData();
    const theme = computed(() => ({ ...data.theme.value, i18nRouting: data.frontmatter.value.translated === true }));
    provide(dataSymbol, { ...data, theme });
    return () => h(DefaultTheme.Layout);
  },
};

export default { extends: DefaultTheme, Layout };
