const en = {
  task: 'Task:',
  taskDone: 'Done:',
  closeTask: 'Close the task',
  /** Names of the chart's buttons, as the library that draws it wants them. */
  controls: {
    'controls.ariaLabel': 'Size of the graph',
    'controls.zoomIn.ariaLabel': 'Larger',
    'controls.zoomOut.ariaLabel': 'Smaller',
    'controls.fitView.ariaLabel': 'All of it',
  },
};

const zh: typeof en = {
  task: '任务：',
  taskDone: '完成：',
  closeTask: '关闭任务',
  controls: {
    'controls.ariaLabel': '图的大小',
    'controls.zoomIn.ariaLabel': '放大',
    'controls.zoomOut.ariaLabel': '缩小',
    'controls.fitView.ariaLabel': '显示全图',
  },
};

export const messages = { en, zh };
