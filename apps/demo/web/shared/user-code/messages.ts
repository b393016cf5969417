const en = {
  running: 'Running your functions…',
  types: 'Type errors:',
  endless: 'Stopped because there was no result in time. Check for an infinite loop.',
  notLoaded: 'Part of the page could not be loaded. Check your internet connection, then reload the page.',
};

const zh: typeof en = {
  running: '正在运行你的函数…',
  types: '类型错误：',
  endless: '未能及时得到结果，已停止。请检查是否有死循环。',
  notLoaded: '页面的一部分未能加载。请检查网络连接，然后重新加载页面。',
};

export const messages = { en, zh };
