import { expect, test, vi } from 'vitest';
import { digits } from '../web/train/data/digits.js';

const imagesPerDigit = 70;
vi.mock('../web/train/data/own-fetch.js', () => ({
  ownFetch: () => Promise.resolve(new Response('0.5,'.repeat(imagesPerDigit * 28 * 28))),
}));

test('the digits are downloaded once, even if they are requested again during the download', async () => {
  const [first, second] = await Promise.all([digits(1, vi.fn()), digits(2, vi.fn())]);
  for (const { training, validation } of [first, second]) {
    expect(training.count + validation!.count).toBe(10 * imagesPerDigit);
  }
});
