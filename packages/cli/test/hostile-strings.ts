/**
 * Strings that attack terminals, spreadsheets, generated source code, markup, shells, file systems or JavaScript
 * objects.
 */
export const hostileStrings: readonly string[] = [
  // Terminals: set the title, clear the screen, write to the clipboard; a hyperlink, an 8-bit control character,
  // backspaces, a line break.
  '\x1b]0;owned\x07title',
  '\x1b[2J\x1b[1;1Hclear',
  '\x1b]52;c;cm0gLXJmIC8=\x07',
  '\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\',
  '\x9b31mred',
  'over\b\b\b\bwritten',
  'a\r\nnnbp: Saved nothing',
  // Characters that change the order in which text is displayed, and Unicode line separators.
  'evil\u202Efdp.exe',
  '\u2066isolated\u2069\u200F',
  'line\u2028separator\u2029',
  // Spreadsheets.
  '=HYPERLINK("http://evil.example","click")',
  "+cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+9)*cmd|' /C calc'!A0",
  '\t=1+1',
  // Source code.
  '"; globalThis.owned = true; "',
  '`${globalThis.owned = true}`',
  "'); import os; os._exit(7); ('",
  '*/ globalThis.owned = true; /*',
  '""" + str(exit(7)) + """',
  'backslash\\',
  '</script><script>globalThis.owned = true</script>',
  '<!-- <script>',
  // Markup.
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![pixel](http://evil.example/p.png)',
  '\\href{javascript:alert(1)}{x}',
  '\\htmlData{a=b}{x}$}{\\input{/etc/passwd}',
  '| a | b |',
  // Shells and file names.
  '$(touch owned)',
  '; touch owned #',
  '../../owned',
  '/dev/null',
  'CON',
  // Objects.
  '__proto__',
  'constructor',
  'toString',
  // Blank, very long or invalid strings, and one that combines several writing systems.
  ' ',
  '\0',
  'x'.repeat(5000),
  '\uD800',
  '\uFEFFbom',
  '👩‍🔬 نرگس 花萼',
];

/** Characters that a terminal would interpret. Output for users must not contain them. */
export const unsafe = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/u;
