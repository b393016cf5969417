/**
 * The content security policy of the page: only its own scripts and WebAssembly, no `unsafe-eval`, no inline scripts.
 * KaTeX needs inline styles; user functions need blob workers. The HTML contains the policy, for hosts that send no
 * headers, but only a header can restrict which other pages can embed the page in a frame.
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

/** The header for the page itself: no page can embed it in a frame. */
export const contentSecurityPolicy = `${policyInPage}; frame-ancestors 'none'`;

/** The header for `embed.html`: any page can embed it in a frame. */
export const embedPolicy = `${policyInPage}; frame-ancestors *`;
