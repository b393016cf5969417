/**
 * What the served page may do: run its own scripts and compile WebAssembly, and nothing else. No `unsafe-eval`, no
 * inline script. Styles may be inline, since formulas are set with them; workers may come from a blob, since a user's
 * function runs in one.
 */
const policy = (frames: string): string =>
  [
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
    `frame-ancestors ${frames}`,
  ].join('; ');

/** Of the whole page, which may stand in no frame. */
export const contentSecurityPolicy = policy("'none'");

/** Of `embed.html`, which may stand in a frame of any page. */
export const embedPolicy = policy('*');
