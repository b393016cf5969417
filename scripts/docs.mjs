// Builds the documentation site into docs/site: TypeDoc for all packages and the guides, and KaTeX's fonts beside it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';

execFileSync('typedoc', ['--options', 'typedoc.config.mjs', '--logLevel', 'Warn'], { stdio: 'inherit' });
// The style sheet is copied as custom.css into assets/ and looks for its fonts beside itself.
cpSync('node_modules/katex/dist/fonts', 'docs/site/assets/fonts', { recursive: true });
if (!existsSync('docs/site/index.html')) throw new Error('docs/site/index.html was not written.');
console.log('The site is in docs/site: open docs/site/index.html.');
