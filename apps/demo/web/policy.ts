/**
 * The content security policy of the page: its own scripts and WebAssembly only, no `unsafe-eval`, no inline scripts. Inline
 * styles are allowed since KaTeX uses them, and blob workers since user functions run in one. The page's HTML contains it, for
 * hosts that send no header; only a header can say who may frame the page.
 */
export const policyInPage = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The header of the page, which must not be framed. */
export const contentSecurityPolicy = `${policyInPage}; frame-ancestors 'none'`;

/** The header of `embed.html`, which any page may frame. */
export const embedPolicy = `${policyInPage}; frame-ancestors *`;
