/** Encodes the state as a URL fragment: JSON, deflated, base64url. Links are untrusted input. */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { parseState, type PlaygroundState } from './state.js';

/** Maximum length of a link, in characters. */
const maxLinkLength = 64_000;
/** Maximum size of the decompressed state, in bytes. */
const maxStateLength = 1_000_000;

/** Writes a link; the inverse of `readLink`. */
export function writeLink(state: PlaygroundState): string {
  const bytes = deflateSync(strToU8(JSON.stringify(state)), { level: 9 });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Why a link is invalid. `notAState` means that it does not contain a valid state. */
export type LinkFault = 'damaged' | 'tooLong' | 'notAState';

/** Thrown by `readLink` for an invalid link. */
export class LinkError extends Error {
  constructor(
    readonly fault: LinkFault,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a link. Never decompresses more than 1 MB.
 *
 * @throws LinkError if the link is invalid
 */
export function readLink(link: string): PlaygroundState {
  if (link.length > maxLinkLength)
    throw new LinkError('tooLong', `The link is longer than ${maxLinkLength} characters.`);
  const value = unpacked(link);
  try {
    return parseState(value);
  } catch (error) {
    throw new LinkError('notAState', error instanceof Error ? error.message : String(error));
  }
}

function unpacked(link: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(link.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return JSON.parse(strFromU8(inflated(bytes)));
  } catch (error) {
    if (error instanceof LinkError) throw error;
    throw new LinkError('damaged', error instanceof Error ? error.message : String(error));
  }
}

function inflated(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((part) => {
    length += part.length;
    if (length > maxStateLength) throw new LinkError('tooLong', `The state is larger than ${maxStateLength} bytes.`);
    parts.push(part);
  });
  // Decompress in small chunks, so that the length is checked before much has been decompressed.
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
