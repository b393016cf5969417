/** Recognizes formats other than CSV by the first bytes of a file. */

/* oxlint-disable no-control-regex -- Binary formats begin with control characters. */

const spreadsheet = 'Open it in a spreadsheet program and save it as "CSV UTF-8".';
const unpack = 'Unpack it first.';

/** The first characters of each format, as Latin-1. */
const formats: readonly (readonly [start: RegExp, what: string, advice: string])[] = [
  [/^PK\u0003\u0004[^]{0,4000}(?:xl\/|\[Content_Types\]|opendocument)/, 'a spreadsheet', spreadsheet],
  [/^\u00d0\u00cf\u0011\u00e0/, 'a spreadsheet', spreadsheet],
  [/^PK\u0003\u0004/, 'a ZIP archive', unpack],
  [/^\u001f\u008b/, 'a gzip file', unpack],
  [/^BZh\d1AY/, 'a bzip2 file', unpack],
  [/^\u0028\u00b5\u002f\u00fd/, 'a zstd file', unpack],
  [/^\u00fd7zXZ/, 'an xz file', unpack],
  [/^PAR1/, 'a Parquet file', 'Convert it in Python: pandas.read_parquet(path).to_csv("data.csv", index=False).'],
  [/^SQLite format 3/, 'a SQLite database', 'Export a table as CSV: sqlite3 -header -csv FILE "select * from TABLE".'],
  [
    /^\s*(?:\{\s*"|\[\s*[[{])/,
    'a JSON file',
    'Convert it in Python: pandas.read_json(path).to_csv("data.csv", index=False).',
  ],
  [/^\s*<(?:!doctype|html|\?xml)/i, 'a web page or XML', 'Download or export the table as CSV.'],
];

/** Returns the format of the file and how to convert it, for an error. Undefined if the file may be a CSV file. */
export function otherFormatOf(beginning: Uint8Array): string | undefined {
  // Without the byte order mark of UTF-8.
  const start = String.fromCharCode(...beginning.subarray(0, 4096)).replace(/^\u00ef\u00bb\u00bf/, '');
  const found = formats.find(([pattern]) => pattern.test(start));
  return found && `${found[1]}, not a CSV file. ${found[2]}`;
}
