const en = {
  running: 'Running your functions…',
  types: 'Type errors:',
  endless: 'Stopped after two seconds without a result. Check for an infinite loop.',
};

const zh: typeof en = {
  running: '正在运行你的函数…',
  types: '类型错误：',
  endless: '两秒内没有结果，已停止。请检查是否有死循环。',
};

export const messages = { en, zh };
