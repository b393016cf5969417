/**
 * Rejects most phrases in the left column of the glossary in CONTRIBUTING.md, and similar ones. A step of `pnpm check`.
 * Add a phrase only if it never matches correct text.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const checked = ['.github', '.changeset', '*.md', 'docs', 'scripts', 'bench', 'checks', 'examples', 'packages', 'apps'];

/** @type {readonly (readonly [pattern: RegExp, instead: string])[]} */
const phrases = [
  [/\ba whole number from\b/i, 'an integer ≥ …'],
  [/\b(the )?same bits\b|\bto the bit\b/i, 'bit-identical; resumes bit-for-bit'],
  [/\ba text\b/i, 'a string'],
  [/\bdoubled (id|edge|output|name)s?\b/i, 'duplicate'],
  [/\bhe(ld|ld-)? ?out (loss|accuracy|rows|part|samples|digits)\b|\bheld-out\b/i, 'validation'],
  [/\b(hold|held|holds) to (finite differences|the reference)\b/i, 'gradient-check; compare with the reference engine'],
  [/\brows a step\b/i, 'batch size'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bspoil(t|s|ed)?\b/i, 'corrupt'],
  [/\blook(s)? on\b/i, 'observe'],
  [/\b(is|are) let go\b|\blets go of\b/i, 'is released'],
  [/\bgoes on (to|from|with|where)\b/i, 'continues, resumes'],
  [/\bfrom elsewhere\b/i, 'from other libraries'],
  [/\bby turns\b/i, 'interleaved'],
  [/\btimes as (fast|soon)\b/i, 'N× faster; speedup over'],
  [/\ball in all\b/i, 'total'],
  [/\bthink of\b/i, 'say what the file does'],
  [/\bat most \S+ off\b/i, 'max error'],
  [/\bat hand\b/i, 'available, or say what is meant'],
  [/\bfilm\b/i, 'a step-by-step trace'],
  [/\bin writing\b/i, 'serialized'],
  [/\bbreathe\b|\bmanners\b|\bworkshop\b|\bseating\b/i, 'yieldToEventLoop, YieldOptions, KernelContext, slot'],
  [/\bthe (four )?sockets\b/i, 'the plugin interfaces'],
  [/\bpatience is over\b/i, 'the timeout has passed'],
  [/\bwhat stands\b/i, 'the contents; the part'],
  [/\bthe step before\b/i, 'the previous step'],
  [/\bas wanted\b/i, 'satisfies the condition'],
  [/\bAbsent: /, 'Default: …; undefined if …'],
  [/\bleft in peace\b|\bsteps aside\b|\bnow and then\b/i, 'say what happens'],
  [/\bprocessor time\b/i, 'CPU time'],
  [/\bthe bits of\b|\bin the dark\b(?! theme)/i, 'the digest of; say what is unknown'],
  [/\b(of|an?) [a-z]+ of one['’]s own\b|\bone['’]s own\b/i, 'a custom …'],
  [/\b(is|are) not there\b/i, 'is missing; does not exist'],
  [/\bhands? (back|on) (the|a|an|it|what)\b|\bfrom nowhere\b/i, 'returns, passes on; without a source'],
  [/\b(is|are) left to `?step\b/i, 'stepMany takes no steps, so step must be called'],
  [/\bas (people|users) have them\b/i, 'real-world …'],
  [/\bpromises? (is|are) waited for\b/i, 'is awaited'],
  [/\bby every parameter\b/i, 'with respect to every parameter'],
  [/\b(changes nothing|nothing is changed) then\b/i, 'without changing anything'],
  [/\b(needs?|takes?) much (memory|time)\b/i, 'a lot of …'],
  [/\b(ms|µs|frames) a (second|step)\b/i, '… per second; per step'],
  [/\/\*\* Of [a-z`]/, 'start the docstring with the noun: "The axis of …"'],
  [/\b(is|are|was|were) refused\b|\brefuses (a|an|the|it)\b/i, 'is rejected, rejects'],
  [/\bat the first (call|visit|use)\b/i, 'on the first …'],
  [/\bsome ten thousand\b/i, 'about ten thousand'],
  [/@param \w+ - (Of|For messages|That of) ?\b/, 'start with the noun: "The version of …"'],
  [/@param \w+ - An? (row|entry|number) (per|for each)\b/, 'One row per …'],
  [/\bnothing is \w+ but\b/i, 'Allocates only …'],
  [/\bmade by \{@link/i, 'Created by {@link …}'],
  [/\bthe data['’]s units\b/i, 'the units of the data'],
  [/\bA kink where\b/, 'Has a kink where …'],
  [/\boutside of\b/i, 'outside'],
  [/\bResolves like\b/, 'Settles like'],
  [/@throws NnbpError as |\band what `[\w.]+` throws/, 'any error thrown by …'],
  [/\bfirst-level cache\b/i, 'L1 cache'],
  [/\bno wider than the page\b/, 'fits the width of the screen'],
];

/** Whether a line may contain rejected phrases: any line of this file, or a table row of CONTRIBUTING.md. */
const exempt = (file, line) => file === 'scripts/language.mjs' || (file === 'CONTRIBUTING.md' && line.startsWith('|'));

const textFile = /\.(md|ts|tsx|mjs|cjs|js|py|yml)$/;
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...checked], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => textFile.test(file) && existsSync(file));
const found = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, k) =>
      phrases
        .filter(([pattern]) => pattern.test(line) && !exempt(file, line))
        .map(
          ([pattern, instead]) =>
            `${file}:${k + 1}: "${pattern.exec(line)?.[0]}": instead: ${instead}\n    ${line.trim()}`,
        ),
    ),
);
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
console.log(`${files.length} files contain none of the ${phrases.length} rejected phrases.`);
