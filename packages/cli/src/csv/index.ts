/** Reads tables. Does not depend on Node, so the command line and browser pages share it. */
export { ColumnCounter, type ColumnSurvey, surveysOf } from './column-counter.js';
export { categoryOf, type ColumnKind, inputKind, targetKind } from './column-kind.js';
export { decoderFor, encodingOf } from './decode.js';
export { withSingleSpaces, type Dialect, guessDialect, rowsIn } from './dialect.js';
export { headerOf } from './header.js';
export { isMissingMarker, MissingValues } from './missing.js';
export { type Decimal, numberIn } from './number-format.js';
