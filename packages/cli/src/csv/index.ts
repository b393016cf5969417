/** Reads tables without Node: for the command line and for pages. */
export { ColumnCounter, type ColumnSurvey, surveysOf } from './column-counter.js';
export { categoryOf, type ColumnKind, inputKind, targetKind } from './column-kind.js';
export { decoderFor, encodingOf } from './decode.js';
export { withSingleSpaces, type Dialect, guessDialect, rowsIn } from './dialect.js';
export { headerOf } from './header.js';
export { isPlaceholder, MissingValues } from './missing.js';
export { type Decimal, numberIn } from './number-format.js';
