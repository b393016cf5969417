import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pictureSize, previewTags } from '../link-preview-plugin.js';

test('link preview tags have absolute URLs and are omitted without a site URL, and an invalid site URL is rejected', () => {
  const content = (property: string) =>
    previewTags('https://example.org/nnbp/playground/').find(({ attrs }) => attrs?.property === property)?.attrs
      ?.content;
  expect(content('og:url')).toBe('https://example.org/nnbp/playground/');
  expect(content('og:image')).toBe('https://example.org/nnbp/playground/link-preview.png');
  expect(previewTags(undefined)).toEqual([]);
  expect(previewTags('')).toEqual([]);
  for (const invalid of ['/nnbp/playground/', 'https://example.org/playground']) {
    expect(() => previewTags(invalid)).toThrow('expected an absolute URL that ends with a slash');
  }
});

test('the link preview image has the size that the tags declare', () => {
  const png = readFileSync(join(import.meta.dirname, '../public/link-preview.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) }).toEqual(pictureSize);
});
