/**
 * The first reading of a stranger's model: think of a surveyor who walks over the ground before anyone builds. It checks all
 * that a model must be, and makes nothing; what passes is then read by `JSON.parse` and built, and costs what a network costs.
 */
import { NnbpError } from '@nnbp/core';
import { expectVersion, networkEntries, Place, readFunction, readOutputTransform } from './document.js';
import { JsonScanner } from './json-scanner.js';
import { Names } from './names.js';
import type { FunctionName } from './plugins.js';

/** What the ground is like. */
export interface Survey {
  /** The length of the parameter vector. */
  readonly parameters: number;
  /** The distinct activations. */
  readonly activations: readonly FunctionName[];
}

const nodeEntries = ['ids', 'from', 'activation', 'fixed', 'shared'];
const longestFunction = 2 ** 16;
/** As each of them becomes an object. */
export const maxActivations = 2 ** 14;

/**
 * Surveys the text of a model as `save` writes it: the JSON of a `NetworkDocument`.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT`, `TOO_LARGE`
 */
export function survey(text: string): Survey {
  const finger = new JsonScanner(text, 'The model in the file');
  const places = new Map<string, number>();
  finger.object(networkEntries, (key) => {
    places.set(key, finger.at);
    finger.skip();
  });
  finger.end();
  /** Puts the finger on an entry; where there is none, on nothing. */
  const at = (key: string) => Object.assign(finger, { at: places.get(key) ?? text.length });
  const value = (key: string) => places.has(key) && at(key).scalar();
  expectVersion(value('format'), value('version'));

  let declared = at('inputs').list(() => finger.string());
  let shared = 0;
  at('nodes').list(() => {
    finger.object(nodeEntries, (key) => {
      if (key === 'ids') declared += finger.list(() => finger.string());
      else if (key === 'shared') shared += finger.list(() => finger.skip());
      else finger.skip();
    });
  });
  const ids = new Names(text, declared);
  const inputs = at('inputs').list(() => declare(finger, ids));
  if (inputs === 0) at('inputs').refuse('an input');
  const found = surveyNodes(at('nodes'), ids, new Names(text, shared));
  const outputs = at('outputs').list(() => {
    const id = finger.string();
    const mark = ids.mark(id, found.marks);
    if (mark === undefined || mark === found.marks) finger.refuseAt(id, 'the id of a node that is no output yet');
  });
  if (outputs === 0) at('outputs').refuse('an output');
  for (const [key, columns] of Object.entries({ inputUnits: inputs, outputUnits: outputs })) {
    if (places.has(key)) surveyUnits(at(key), columns);
  }
  if (places.has('outputTransform')) readOutputTransform(new Place(value('outputTransform'), 'model.outputTransform'));
  return { parameters: found.parameters, activations: found.activations };
}

export const tooManyActivations = () =>
  new NnbpError('TOO_LARGE', `The model has more than ${maxActivations} activations that differ.`);

function declare(finger: JsonScanner, ids: Names): void {
  const id = finger.string();
  if (!ids.add(id)) finger.refuseAt(id, 'an id that no other node has');
}

/** @returns Also a mark that none of the ids has. */
function surveyNodes(finger: JsonScanner, ids: Names, shared: Names): Survey & { readonly marks: number } {
  const functions = new Set<string>();
  let parameters = 0;
  let marks = 0;
  finger.list(() => {
    const begin = finger.at;
    const places = new Map<string, number>();
    finger.object(nodeEntries, (key) => {
      places.set(key, finger.at);
      const value = finger.skip();
      if (key !== 'activation') return;
      if (value.length > longestFunction)
        finger.refuse(`an activation of at most ${longestFunction} characters, before`);
      if (functions.add(value).size > maxActivations) throw tooManyActivations();
    });
    const end = finger.at;
    const at = (key: string) => Object.assign(finger, { at: places.get(key) ?? begin });
    for (const key of ['ids', 'from', 'activation']) if (!places.has(key)) at(key).refuse(`an entry "${key}"`);
    const fixed = places.has('fixed');
    if (fixed) at('fixed').yes();
    const sharing = places.has('shared');

    const [isPredecessor, isShared] = [++marks, ++marks];
    let own = at('from').list(() => {
      const id = finger.string();
      const mark = ids.mark(id, isPredecessor);
      if (mark === undefined || mark === isPredecessor)
        finger.refuseAt(id, 'the id of a node before this one, and once');
    });
    if (sharing) {
      at('shared').list(() => {
        if (ids.mark(pairAt(finger), isShared) !== isPredecessor)
          at('shared').refuse('pairs of a predecessor and a name');
        own--;
      });
    }
    const count = at('ids').list(() => declare(finger, ids));
    // Else a few words could describe any number of edges without a weight of their own.
    if (count === 0 || (sharing && count > 1)) at('ids').refuse('an id, and only one where weights are shared');
    parameters += count * ((fixed ? 1 : 2) + own);
    finger.at = end;
  });
  const activations = Array.from(functions, (text) => readFunction(new Place(JSON.parse(text), 'activation')));
  return { parameters: parameters + shared.size, activations, marks: marks + 1 };

  /** Goes over a pair, notes its name, and returns where the predecessor is. */
  function pairAt(pair: JsonScanner): number {
    const sides: number[] = [];
    pair.list(() => sides.push(pair.string()));
    if (sides.length !== 2) pair.refuse('a pair, before');
    shared.add(sides[1]);
    return sides[0];
  }
}

function surveyUnits(finger: JsonScanner, columns: number): void {
  const begin = finger.at;
  const found = new Map<string, number>();
  finger.object(['mean', 'deviation'], (key) => {
    const count = finger.list(() => {
      if (finger.number() <= 0 && key === 'deviation') finger.refuse('a deviation above 0, before');
    });
    found.set(key, count);
  });
  finger.at = begin;
  if (found.get('mean') !== columns || found.get('deviation') !== columns) finger.refuse(`units of ${columns} columns`);
}
