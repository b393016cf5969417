/** Decodes bytes: UTF-8, unless a byte order mark or the user specifies another encoding. */
import { Problem } from '../problem.js';

/** A decoder for one pass over a file. It receives the bytes in order. */
export interface Decoder {
  decode(bytes: Uint8Array): string;
  end(): string;
}

/** The encoding that the byte order mark specifies; UTF-8 if there is none. */
export function encodingOf(beginning: Uint8Array): string {
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le';
  if (beginning[0] === 0xfe && beginning[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** Whether `label` is an encoding of the Encoding Standard, such as utf-8, latin1, windows-1252 or gbk. */
export function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a decoder that throws a `Problem` at the first invalid byte.
 *
 * @param name - The name of the file in error messages.
 */
export function decoderFor(name: string, encoding: string): Decoder {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let before = 0;
  /** The bytes of the current line from earlier calls: a character can begin in one call and end in the next. */
  let line: Uint8Array = new Uint8Array(0);
  const attempt = (bytes: Uint8Array, stream: boolean) => {
    try {
      const text = decoder.decode(bytes, { stream });
      before += bytes.length;
      line = currentLine(line, bytes);
      return text;
    } catch {
      const context = isUtf16(encoding) ? new Uint8Array(0) : line;
      const both = joined(context, bytes);
      const at = firstInvalid(both, encoding);
      const byte = both.at(at);
      const location =
        byte === undefined
          ? 'the end of the file'
          : `byte ${before - context.length + at} (0x${byte.toString(16).toUpperCase()})`;
      throw new Problem(
        `${name} is not ${encoding.toUpperCase()}: ${location} is invalid. ` +
          'Set the encoding of the file, for example --encoding latin1 or --encoding gbk, or save it as "CSV UTF-8".',
      );
    }
  };
  return { decode: (bytes) => attempt(bytes, true), end: () => attempt(new Uint8Array(0), false) };
}

/**
 * Returns the bytes after the last line break in `line` and `bytes`. Returns no bytes if `bytes` has no line break and
 * the line is longer than 1 MiB.
 */
function currentLine(line: Uint8Array, bytes: Uint8Array): Uint8Array {
  // Most files have line feeds. Searching them for carriage returns as well would read all bytes again.
  const lineFeed = bytes.lastIndexOf(0x0a);
  const lineBreak = lineFeed >= 0 ? lineFeed : bytes.lastIndexOf(0x0d);
  if (lineBreak >= 0) return bytes.slice(lineBreak + 1);
  return line.length + bytes.length > 2 ** 20 ? new Uint8Array(0) : joined(line, bytes);
}

/** Does not use `Buffer`, since this code also runs in browsers. */
function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Whether the encoding is UTF-16, where the bytes 0x0A and 0x0D can also be parts of other characters. */
const isUtf16 = (encoding: string) => /^utf-16/i.test(encoding);

function firstInvalid(bytes: Uint8Array, encoding: string): number {
  const decodes = (length: number, stream: boolean) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  // Bisection: if a prefix is invalid, so is every longer prefix.
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (decodes(middle, true)) valid = middle;
    else invalid = middle;
  }
  while (valid > 0 && !decodes(valid, false)) valid--;
  return valid;
}
