const en = {
  task: 'Task:',
  taskDone: 'Done:',
  closeTask: 'Dismiss task',
  /** Labels of the zoom controls, keyed as in React Flow. */
  controls: {
    'controls.ariaLabel': 'Zoom',
    'controls.zoomIn.ariaLabel': 'Zoom in',
    'controls.zoomOut.ariaLabel': 'Zoom out',
    'controls.fitView.ariaLabel': 'Fit view',
  },
  savePicture: (format: string) => `Download as ${format}`,
  notSaved: (reason: string) => `The image could not be created. ${reason}`,
};

const zh: typeof en = {
  task: '任务：',
  taskDone: '完成：',
  closeTask: '关闭任务',
  controls: {
    'controls.ariaLabel': '缩放',
    'controls.zoomIn.ariaLabel': '放大',
    'controls.zoomOut.ariaLabel': '缩小',
    'controls.fitView.ariaLabel': '适应视图',
  },
  savePicture: (format) => `下载为 ${format}`,
  notSaved: (reason) => `无法生成图片。${reason}`,
};

export const messages = { en, zh };
