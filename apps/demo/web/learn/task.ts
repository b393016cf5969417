/**
 * A task: a question with an answer that can be checked. An answer is a string for every kind of task, so that a
 * link can contain it.
 */
import { isClose, parseNumber } from './number-answer.js';
import type { Text } from './text.js';

/** Whether an answer is right, and if not, what is wrong with it. */
export interface Verdict {
  readonly right: boolean;
  readonly hint?: Text;
}

interface Common {
  /** At most 60 English words. */
  readonly ask: Text;
  /** Shown once the task is settled. */
  readonly explain: Text;
  /** A correct answer. */
  readonly solution: string;
  check(answer: string): Verdict;
}

/** A number to type. */
export interface NumberTask extends Common {
  readonly kind: 'number';
  /** The requested quantity: `h_4`. */
  readonly label: Text;
  /** Whether it is a guess, for which any number is accepted. */
  readonly isGuess?: boolean;
}

/** A position on an axis, set by dragging or with a slider. */
export interface PointTask extends Common {
  readonly kind: 'point';
  readonly label: Text;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Initial position. */
  readonly start: number;
}

/** One of several answers. */
export interface ChoiceTask extends Common {
  readonly kind: 'choice';
  readonly options: readonly { readonly name: string; readonly text: Text }[];
}

/** Several nodes or edges picked in the graph; the order may matter. */
export interface PickTask extends Common {
  readonly kind: 'pick';
  /** Number of picks in an answer. */
  readonly count: number;
  /** Names that can be picked, as used in the answer. */
  readonly options: readonly string[];
}

/** A setting made with the controls of the stage, which write the answer. */
export interface SettingTask extends Common {
  readonly kind: 'setting';
}

export type Task = NumberTask | PointTask | ChoiceTask | PickTask | SettingTask;

/** The number that results from a common mistake, and its hint. */
export interface Mistake {
  readonly value: number;
  readonly hint: Text;
}

const notANumber: Text = {
  en: 'Enter a number, for example −0.25.',
  zh: '请输入一个数，例如 −0.25。',
};
const wrongSign: Text = {
  en: 'The size is right, the sign is not.',
  zh: '大小对了，正负号不对。',
};
const otherNumber: Text = {
  en: 'Not yet. Write down each factor with its number, then multiply or add.',
  zh: '还不对。先把每一项的数字写下来，再相乘或相加。',
};

interface NumberOptions extends Omit<NumberTask, 'kind' | 'solution' | 'check'> {
  readonly expected: number;
  readonly mistakes: readonly Mistake[];
  /** Whether the number must be exact, as for a count. Default: within 1 %. */
  readonly exact?: boolean;
}

/** A number within 1 % of the expected one; the number of a common mistake gets its hint. */
export function numberTask({ expected, mistakes, exact = false, ...rest }: NumberOptions): NumberTask {
  const near = (answer: number, value: number) => (exact ? answer === value : isClose(answer, value));
  return {
    kind: 'number',
    ...rest,
    solution: String(expected),
    check(typed) {
      const answer = parseNumber(typed);
      if (Number.isNaN(answer)) return { right: false, hint: notANumber };
      if (near(answer, expected)) return { right: true };
      const mistake = mistakes.find(({ value }) => near(answer, value));
      if (mistake !== undefined) return { right: false, hint: mistake.hint };
      return { right: false, hint: near(-answer, expected) ? wrongSign : otherNumber };
    },
  };
}

/** A number guessed before it is computed: any number is an answer. */
export function guessTask({ expected, ...rest }: Omit<NumberOptions, 'mistakes' | 'exact'>): NumberTask {
  return {
    kind: 'number',
    isGuess: true,
    ...rest,
    solution: String(expected),
    check: (typed) => (Number.isNaN(parseNumber(typed)) ? { right: false, hint: notANumber } : { right: true }),
  };
}

interface ChoiceOptions extends Omit<ChoiceTask, 'kind' | 'solution' | 'check' | 'options'> {
  readonly options: readonly { readonly name: string; readonly text: Text; readonly hint?: Text }[];
  /** The name of the right option. */
  readonly right: string;
}

/** One option is right; each of the others has its own hint. */
export function choiceTask({ options, right, ...rest }: ChoiceOptions): ChoiceTask {
  return {
    kind: 'choice',
    ...rest,
    options,
    solution: right,
    check(answer) {
      const hint = options.find(({ name }) => name === answer)?.hint;
      return { right: answer === right, ...(answer !== right && hint !== undefined && { hint }) };
    },
  };
}

/** The parts of a picked answer, in the order they were picked. */
export const picked = (answer: string): string[] => (answer === '' ? [] : answer.split(' '));

/** Adds a pick; or removes it and all later ones if it was already picked. */
export function pick(answer: string, name: string, count: number): string {
  const names = picked(answer);
  const at = names.indexOf(name);
  if (at >= 0) return names.filter((other) => other !== name).join(' ');
  return names.length >= count ? answer : [...names, name].join(' ');
}

/** How many wrong answers are allowed before the solution is shown. */
export const maxTries = 3;

/** State of a task after some checked answers. */
export interface TaskState {
  /** `shown`: the solution is shown after the last wrong attempt. */
  readonly state: 'open' | 'right' | 'shown';
  /** What is wrong with the last answer. */
  readonly hint?: Text;
}

export function taskState(task: Task, tries: readonly string[]): TaskState {
  const last = tries.at(-1);
  if (last === undefined) return { state: 'open' };
  const { right, hint } = task.check(last);
  if (right) return { state: 'right' };
  return { state: tries.length >= maxTries ? 'shown' : 'open', ...(hint !== undefined && { hint }) };
}
