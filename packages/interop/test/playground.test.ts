import { Random } from '@nnbp/core';
import { fromPlayground } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { countLoaded, damagedText } from '../../formats/test/fuzz.js';

/** The link that TensorFlow Playground shows after loading. In this file, "the page" is TensorFlow Playground. */
const defaultLink =
  'https://playground.tensorflow.org/#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane' +
  '&learningRate=0.03&regularizationRate=0&noise=0&networkShape=4,2&seed=0.91525&showTestData=false&discretize=false' +
  '&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false' +
  '&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false';
const allFeatures = '#x=true&y=true&xTimesY=true&xSquared=true&ySquared=true&sinX=true&sinY=true';

describe('a link', () => {
  test('a link is converted to the network, data and training options that it contains', () => {
    const { network, data, training } = fromPlayground(defaultLink);
    expect(network.graph.ids).toEqual([
      ...['x', 'y', 'layer1.0', 'layer1.1', 'layer1.2', 'layer1.3', 'layer2.0', 'layer2.1', 'output.0'],
    ]);
    expect(network.graph.activations.map(({ name }) => name)).toEqual(['tanh']);
    expect(data).toEqual({ problem: 'classification', dataset: 'circle', noise: 0, trainingShare: 50 });
    // The page's loss has a factor ½ that `mse()` lacks, so the page's learning rate of 0.03 is halved.
    expect(training).toEqual({ batchSize: 10, learningRate: 0.015, regularization: 'none', regularizationRate: 0 });
  });

  test('a link without settings results in the same defaults as on the page', () => {
    const bare = fromPlayground('https://playground.tensorflow.org/');
    const { network, data, training } = fromPlayground(defaultLink);
    expect([bare.network.graph.ids, bare.data, bare.training]).toEqual([network.graph.ids, data, training]);
  });

  test('a regression link has a linear output and regression data', () => {
    const { network, data, training } = fromPlayground(
      '#activation=sigmoid&problem=regression&regDataset=reg-gauss&dataset=xor&networkShape=1&noise=25&percTrainData=70' +
        '&batchSize=30&learningRate=3&regularization=L2&regularizationRate=0.003',
    );
    expect(network.graph.activations.map(({ name }) => name)).toEqual(['sigmoid', 'identity']);
    expect(data).toEqual({ problem: 'regression', dataset: 'reg-gauss', noise: 25, trainingShare: 70 });
    expect(training).toEqual({ batchSize: 30, learningRate: 1.5, regularization: 'L2', regularizationRate: 0.003 });
  });

  test('the features become inputs in the same order as on the page', () => {
    const { network, row } = fromPlayground(allFeatures);
    expect(network.graph.ids.slice(0, 7)).toEqual(['x', 'y', 'xSquared', 'ySquared', 'xTimesY', 'sinX', 'sinY']);
    expect(row(2, -3)).toEqual([2, -3, 4, 9, -6, Math.sin(2), Math.sin(-3)]);
    expect(network.predict(row(2, -3))).toHaveLength(1);
  });

  test('an empty networkShape results in a network without hidden layers', () => {
    expect(fromPlayground('#networkShape=&activation=relu').network.graph.edgeCount).toBe(2);
  });

  test.each([
    ['2000', 50],
    ['81', 50],
    ['80', 80],
    ['65', 65],
    ['-5', 0],
  ])('noise=%s results in a noise of %d, as on the page', (noise, expected) => {
    expect(fromPlayground(`#noise=${noise}`).data.noise).toBe(expected);
  });

  test.each(['4%2C2', '4,2,', ',4,2', '4,,2', ' 4 , 2 '])(
    'networkShape=%s results in two layers, of 4 and 2 nodes',
    (shape) => {
      const { graph } = fromPlayground(`#activation=relu&networkShape=${shape}`).network;
      expect(graph.ids.slice(graph.inputCount)).toEqual(
        ['layer1.0', 'layer1.1', 'layer1.2', 'layer1.3', 'layer2.0', 'layer2.1', 'output.0'], // oxfmt-ignore
      );
    },
  );

  test('an HTML-escaped or percent-encoded link has the same settings', () => {
    const { training, data } = fromPlayground(defaultLink);
    for (const escape of [(url: string) => url.replaceAll('&', '&amp;'), (url: string) => url.replaceAll('=', '%3D')]) {
      const link = escape(defaultLink.replace('noise=0', 'noise=35').replace('batchSize=10', 'batchSize=7'));
      const actual = fromPlayground(link);
      expect([actual.data, actual.training]).toEqual([
        { ...data, noise: 35 },
        { ...training, batchSize: 7 },
      ]);
    }
    expect(fromPlayground('#seed=0.5&tutorial=50%&noise=3').data.noise).toBe(3);
  });

  test('the seed determines the weights, which have the same range as on the page', () => {
    const { network } = fromPlayground('#networkShape=100,100&seed=0.5');
    const { vector } = network.parameters;
    expect(network.getParameters('layer2.7').b).toBe(0.1);
    expect(Math.min(...vector)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.min(...vector)).toBeLessThan(-0.49);
    expect(Math.max(...vector)).toBeLessThan(0.5);
    expect(fromPlayground('#networkShape=100,100&seed=0.5').network.parameters.vector).toEqual(vector);
    expect(fromPlayground('#networkShape=100,100&seed=0.7').network.parameters.vector).not.toEqual(vector);
    expect(fromPlayground('#networkShape=100,100', { seed: 0.5 }).network.parameters.vector).toEqual(vector);
    expect(fromPlayground('#initZero=true').network.parameters.vector.every((value) => value === 0)).toBe(true);
  });
});

describe('an invalid link', () => {
  test.each([
    ['MALFORMED', /not a link/, 'https://example.com/'],
    ['MALFORMED', /has no features/, '#x=false&y=false'],
    ['MALFORMED', /learningRate.*"much"/, '#learningRate=much'],
    ['MALFORMED', /batchSize/, '#batchSize=0'],
    ['MALFORMED', /noise.*"loud"/, '#noise=loud'],
    ['MALFORMED', /networkShape.*4,2/, '#networkShape=4,-2'],
    ['MALFORMED', /seed/, '#seed=NaN'],
    ['UNSUPPORTED', /activation=swish/, '#activation=swish'],
    ['UNSUPPORTED', /dataset=moons/, '#dataset=moons'],
    ['UNSUPPORTED', /cosX=true/, '#cosX=true'],
    ['UNSUPPORTED', /__proto__/, '#problem=__proto__'],
    ['TOO_LARGE', /networkShape/, '#networkShape=1000000000'],
    ['TOO_LARGE', /networkShape/, `#networkShape=${new Array(500).fill(500).join()}`],
  ])('fromPlayground throws %s with a message that matches %s', (code, message, url) => {
    const error = errorOf(() => fromPlayground(url));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('damaged links are rejected with an NnbpError or result in a network', () => {
    const loadedCount = countLoaded((random) => {
      const url = damagedText(random.uniform() < 0.5 ? defaultLink : allFeatures, random);
      return () => fromPlayground(damagedText(url, new Random(1))).network;
    }, 1);
    expect(loadedCount).toBeGreaterThan(0);
  }, 120_000);
});
