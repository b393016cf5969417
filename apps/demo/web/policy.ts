/**
 * What the served page may do: run its own scripts and compile WebAssembly, and nothing else. No `unsafe-eval`, no
 * inline script. Styles may be inline, since formulas are set with them; workers may come from a blob, since a user's
 * function runs in one.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
