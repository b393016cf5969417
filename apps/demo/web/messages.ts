const en = {
  title: 'A network, number by number',
  views: { learn: 'Learn', derive: 'Derive', train: 'Train', build: 'Build', extend: 'Extend' },
  tasks: {
    learn: 'Backpropagation in eight chapters',
    derive: 'See how a derivative comes about',
    train: 'Watch a network learn',
    build: 'Draw your own graph',
    extend: 'Write your own function',
  },
  chooseView: 'View',
  language: 'Language',
  theme: 'Colours',
  themes: { system: 'Auto', light: 'Light', dark: 'Dark' },
  share: 'Copy link',
  shared: 'Copied: the link holds all you see.',
  notShared: 'Copy the address of this page: it holds all you see.',
  loading: 'Loading…',
  badLink: {
    damaged: 'The link could not be read: it is cut off or changed. Copy it again, whole. Here is the first network.',
    tooLong: 'The link could not be read: it is longer than this page takes. Here is the first network.',
    notAState:
      'The link could not be read: it holds nothing this page can show. Ask for it anew. Here is the first network.',
  },
  failed: (why: string) => `This view stopped: ${why}. Reload the page, or start over.`,
  startOver: 'Start over',
  skip: 'Skip to the content',
};

const zh: typeof en = {
  title: '逐个数字看神经网络',
  views: { learn: '学习', derive: '求导', train: '训练', build: '搭建', extend: '扩展' },
  tasks: {
    learn: '八章学会反向传播',
    derive: '看一个导数是怎样得来的',
    train: '看网络怎样学习',
    build: '画出你自己的图',
    extend: '写你自己的函数',
  },
  chooseView: '视图',
  language: '语言',
  theme: '配色',
  themes: { system: '自动', light: '浅色', dark: '深色' },
  share: '复制链接',
  shared: '已复制：链接里包含你看到的一切。',
  notShared: '请复制本页地址：它包含你看到的一切。',
  loading: '加载中…',
  badLink: {
    damaged: '链接无法读取：它被截断或改动了。请重新完整复制。这里先显示最初的网络。',
    tooLong: '链接无法读取：它超过了本页能接受的长度。这里先显示最初的网络。',
    notAState: '链接无法读取：里面没有本页能显示的内容。请重新索取。这里先显示最初的网络。',
  },
  failed: (why) => `此视图已停止：${why}。请刷新页面，或重新开始。`,
  startOver: '重新开始',
  skip: '跳到正文',
};

export const messages = { en, zh };
