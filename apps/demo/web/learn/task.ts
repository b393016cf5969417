/**
 * A task: a question with an answer that can be checked. Answers are strings for all kinds of tasks, so that a link can
 * contain them.
 */
import { isClose, parseNumber } from './number-answer.js';
import type { Text } from './text.js';

export interface Verdict {
  readonly correct: boolean;
  readonly hint?: Text;
}

interface Common {
  /** The question. At most 60 English words. */
  readonly ask: Text;
  /** The explanation, shown after a correct answer or together with the solution. */
  readonly explain: Text;
  readonly solution: string;
  check(answer: string): Verdict;
}

export interface NumberTask extends Common {
  readonly kind: 'number';
  /** The requested quantity, such as `h_4`. */
  readonly label: Text;
  /** Whether the answer is a guess, so that any number is accepted. Default: false. */
  readonly isGuess?: boolean;
}

/** A task whose answer is a position on an axis, set by dragging or with a slider. */
export interface PointTask extends Common {
  readonly kind: 'point';
  readonly label: Text;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Initial position. */
  readonly start: number;
}

export interface ChoiceTask extends Common {
  readonly kind: 'choice';
  readonly options: readonly { readonly name: string; readonly text: Text }[];
}

/** A task whose answer is a list of nodes or edges picked in the graph. The order can matter. */
export interface PickTask extends Common {
  readonly kind: 'pick';
  /** Number of picks in an answer. */
  readonly count: number;
  /** Names that can be picked, as used in the answer. */
  readonly options: readonly string[];
}

/** A task whose answer is set with the controls in the stage, the area that shows the picture of the chapter. */
export interface SettingTask extends Common {
  readonly kind: 'setting';
}

export type Task = NumberTask | PointTask | ChoiceTask | PickTask | SettingTask;

/** The result of a common mistake, and the hint to show for it. */
export interface Mistake {
  readonly value: number;
  readonly hint: Text;
}

const notANumber: Text = {
  en: 'Enter a number, for example −0.25.',
  zh: '请输入一个数，例如 −0.25。',
};
const wrongSign: Text = {
  en: 'The magnitude is correct, the sign is not.',
  zh: '大小对了，正负号不对。',
};
const otherNumber: Text = {
  en: 'Not quite. Write down each number first, then multiply or add.',
  zh: '还不对。先把每一项的数字写下来，再相乘或相加。',
};

interface NumberOptions extends Omit<NumberTask, 'kind' | 'solution' | 'check'> {
  readonly expected: number;
  readonly mistakes: readonly Mistake[];
  /** Whether the number must match exactly, as for a count. Default: false; errors of up to 1 % are accepted. */
  readonly exact?: boolean;
}

export function numberTask({ expected, mistakes, exact = false, ...rest }: NumberOptions): NumberTask {
  const matches = (answer: number, value: number) => (exact ? answer === value : isClose(answer, value));
  return {
    kind: 'number',
    ...rest,
    solution: String(expected),
    check(typed) {
      const answer = parseNumber(typed);
      if (Number.isNaN(answer)) return { correct: false, hint: notANumber };
      if (matches(answer, expected)) return { correct: true };
      const mistake = mistakes.find(({ value }) => matches(answer, value));
      if (mistake !== undefined) return { correct: false, hint: mistake.hint };
      return { correct: false, hint: matches(-answer, expected) ? wrongSign : otherNumber };
    },
  };
}

/** Creates a task that asks for a guess before the number is computed. Any number is accepted. */
export function guessTask({ expected, ...rest }: Omit<NumberOptions, 'mistakes' | 'exact'>): NumberTask {
  return {
    kind: 'number',
    isGuess: true,
    ...rest,
    solution: String(expected),
    check: (typed) => (Number.isNaN(parseNumber(typed)) ? { correct: false, hint: notANumber } : { correct: true }),
  };
}

interface ChoiceOptions extends Omit<ChoiceTask, 'kind' | 'solution' | 'check' | 'options'> {
  readonly options: readonly { readonly name: string; readonly text: Text; readonly hint?: Text }[];
  /** The name of the correct option. */
  readonly correct: string;
}

export function choiceTask({ options, correct, ...rest }: ChoiceOptions): ChoiceTask {
  return {
    kind: 'choice',
    ...rest,
    options,
    solution: correct,
    check(answer) {
      const hint = options.find(({ name }) => name === answer)?.hint;
      return { correct: answer === correct, ...(answer !== correct && hint !== undefined && { hint }) };
    },
  };
}

/** The parts of the answer to a pick task, in the order in which they were picked. */
export const picked = (answer: string): string[] => (answer === '' ? [] : answer.split(' '));

/** Adds a name to the answer, or removes it if it is already there. Adds nothing once the answer has `count` names. */
export function pick(answer: string, name: string, count: number): string {
  const names = picked(answer);
  const at = names.indexOf(name);
  if (at >= 0) return names.filter((other) => other !== name).join(' ');
  return names.length >= count ? answer : [...names, name].join(' ');
}

/** Number of wrong answers after which the solution is shown. */
export const maxTries = 3;

export interface TaskState {
  /** `shown` means that no attempts are left. The solution is then shown, unless the learner's link hides answers. */
  readonly state: 'open' | 'correct' | 'shown';
  readonly hint?: Text;
}

export function taskState(task: Task, tries: readonly string[]): TaskState {
  const last = tries.at(-1);
  if (last === undefined) return { state: 'open' };
  const { correct, hint } = task.check(last);
  if (correct) return { state: 'correct' };
  return { state: tries.length >= maxTries ? 'shown' : 'open', ...(hint !== undefined && { hint }) };
}
