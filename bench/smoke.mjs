/** With `--smoke`, a script does its smallest work, to show that it runs, and writes nothing. */
export const smoke = process.argv.includes('--smoke');
