/** The state as the part of an address after #: JSON, deflated, in base64url. Links come from strangers. */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { parseState, type PlaygroundState } from './state.js';

const longestLink = 64_000;
const longestState = 1_000_000;

/** What `readLink` reads. */
export function writeLink(state: PlaygroundState): string {
  const bytes = deflateSync(strToU8(JSON.stringify(state)), { level: 9 });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The state of a link; throws an error that says what is wrong with it, and never unpacks more than a megabyte. */
export function readLink(link: string): PlaygroundState {
  if (link.length > longestLink) throw new Error(`longer than ${longestLink} characters`);
  const bytes = Uint8Array.from(atob(link.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return parseState(JSON.parse(strFromU8(inflated(bytes))));
}

function inflated(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((part) => {
    length += part.length;
    if (length > longestState) throw new Error(`unpacks to more than ${longestState} characters`);
    parts.push(part);
  });
  // In small pieces, so that little is unpacked before its length is looked at.
  const piece = 512;
  for (let at = 0; at < bytes.length; at += piece) {
    inflate.push(bytes.subarray(at, at + piece), at + piece >= bytes.length);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
