import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queueDrawing, cancelDrawing } from '../web/train/draw-queue.js';

const frames: (() => void)[] = [];
let now = 0;
const nextFrame = () => frames.splice(0).forEach((frame) => frame());

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  while (frames.length > 0) nextFrame();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A canvas whose drawing takes some milliseconds. */
const canvas = (name: string, log: string[], milliseconds: number) => {
  const element = {} as HTMLCanvasElement;
  const change = () =>
    queueDrawing(element, () => {
      log.push(name);
      now += milliseconds;
    });
  return { element, change };
};

test('canvases are drawn for 6 ms per frame, blank ones first, and removed ones not at all', () => {
  const log: string[] = [];
  const all = ['a', 'b', 'c', 'd'].map((name) => canvas(name, log, 3));
  all[0].change();
  all[1].change();
  all[2].change();
  all[2].change();
  nextFrame();
  expect(log).toEqual(['a', 'b']);
  nextFrame();
  expect(log).toEqual(['a', 'b', 'c']);

  log.length = 0;
  all[0].change();
  all[1].change();
  all[3].change();
  cancelDrawing(all[1].element);
  nextFrame();
  expect(log).toEqual(['d', 'a']);
});
