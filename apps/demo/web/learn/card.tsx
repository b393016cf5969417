/** The card: one task, the answer, and feedback on the answer. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import { useMessages } from '../language.js';
import { type ChapterName, chapterNames, type ChapterWork } from '../state.js';
import { usePlayground } from '../store.js';
import styles from './card.module.css';
import type { Chapter } from './chapter.js';
import { parseDiagnosis } from './chapters/repair.js';
import { ViewLinks } from './view-links.js';
import { messages } from './messages.js';
import { checkAnswer, goTo, setDraft, settledTasks, showTask, restart } from './progress.js';
import { Result } from './result.js';
import { RichText } from './rich-text.js';
import { show } from './show.js';
import { maxTries, picked, taskState, type Task } from './task.js';

export interface CardProps {
  readonly chapter: Chapter;
  readonly tasks: readonly Task[];
  readonly work: ChapterWork;
}

export function Card({ chapter, tasks, work }: CardProps) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const heading = useId();
  const number = Math.min(work.task, tasks.length - 1, settledTasks(tasks, work));
  const task = tasks[number];
  const tries = work.tries[number] ?? [];
  const { state, hint } = taskState(task, tries);
  const checked = tries.at(-1) === work.draft;
  const isHidden = usePlayground(({ display }) => display.answers === 'hidden');
  const status = useRef<HTMLDivElement>(null);
  const isWrong = state === 'open' && checked && hint !== undefined;
  // On phones, the card takes up half of the screen, so the hint may be out of view.
  useEffect(() => {
    if (isWrong) status.current?.scrollIntoView({ block: 'nearest' });
  }, [isWrong, tries.length]);
  return (
    <section
      className={styles.card}
      aria-labelledby={heading}
      data-started={number > 0 || state !== 'open' || undefined}
    >
      <h2 id={heading}>
        <RichText text={chapter.title[language]} />
      </h2>
      <p className={styles.count}>{say.taskOf(number + 1, tasks.length)}</p>
      <Question
        key={`${chapter.name} ${number} ${work.seed} ${state === 'open'}`}
        task={task}
        isOpen={state === 'open'}
      />
      {state === 'open' ? (
        <Answer key={`${chapter.name} ${number} ${work.seed}`} task={task} draft={work.draft} />
      ) : (
        <Settled chapter={chapter} tasks={tasks} number={number} work={work} />
      )}
      <div ref={status} role="status" className={isWrong ? styles.hint : styles.quiet}>
        {isWrong && (
          <>
            <RichText text={hint[language]} /> {say.triesLeft(maxTries - tries.length)}
          </>
        )}
        {state === 'correct' && <span className="visually-hidden">{say.correctAnswer}</span>}
        {state === 'shown' && <span className="visually-hidden">{isHidden ? say.withheld : say.shown}</span>}
      </div>
    </section>
  );
}

/**
 * The question of the task. On phones it can be collapsed to show the picture above it. It is collapsed once the task
 * has been answered.
 */
function Question({ task, isOpen }: { readonly task: Task; readonly isOpen: boolean }) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const id = useId();
  const [isFolded, fold] = useState(!isOpen);
  const label = isFolded ? say.showQuestion : say.hideQuestion;
  const Icon = isFolded ? ChevronUp : ChevronDown;
  return (
    <>
      <button
        type="button"
        className={styles.fold}
        aria-label={label}
        title={label}
        aria-expanded={!isFolded}
        aria-controls={id}
        onClick={() => fold(!isFolded)}
      >
        <Icon size={20} aria-hidden />
      </button>
      <p id={id} data-folded={isFolded || undefined}>
        <RichText text={task.ask[language]} />
      </p>
    </>
  );
}

function Answer({ task, draft }: { readonly task: Task; readonly draft: string }) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const name = useId();
  const answer = task.kind === 'point' && draft === '' ? String(task.start) : draft;
  const isComplete =
    task.kind === 'setting' ? true : task.kind === 'pick' ? picked(answer).length > 0 : answer.trim() !== '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isComplete) checkAnswer(answer);
  };
  return (
    <form className={styles.answer} onSubmit={submit}>
      {task.kind === 'number' && (
        <label className={styles.number}>
          <RichText text={/[:：]$/.test(task.label[language]) ? task.label[language] : `${task.label[language]} =`} />
          <input
            type="text"
            inputMode="text"
            autoComplete="off"
            spellCheck={false}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
          />
        </label>
      )}
      {task.kind === 'point' && (
        <p className={styles.number} aria-live="polite">
          <RichText text={`${task.label[language]} = ${show(Number(answer))}`} />
        </p>
      )}
      {task.kind === 'choice' && (
        <fieldset className={styles.choices} data-short={hasShortOptions(task, language) || undefined}>
          {task.options.map((option) => (
            <label key={option.name}>
              <input type="radio" name={name} checked={draft === option.name} onChange={() => setDraft(option.name)} />
              <span>
                <RichText text={option.text[language]} />
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {task.kind === 'pick' && (
        <p className={styles.picked} aria-live="polite">
          {picked(draft).length === 0 ? say.nothingChosen : say.chosen}
          {picked(draft).map((option, k) => (
            <span key={option}>
              {k > 0 && say.comma}
              <RichText text={option.replace('to', ' → ')} />
            </span>
          ))}{' '}
          {draft !== '' && (
            <button type="button" onClick={() => setDraft('')}>
              {say.clear}
            </button>
          )}
        </p>
      )}
      <button type="submit" className="primary" disabled={!isComplete}>
        {say.check}
      </button>
    </form>
  );
}

/** Maximum length of an option, in characters, for two options per row on phones. */
const shortOption = { en: 24, zh: 12 };

const hasShortOptions = ({ options }: Extract<Task, { kind: 'choice' }>, language: keyof typeof shortOption): boolean =>
  options.every(({ text }) => text[language].length <= shortOption[language]);

interface SettledProps extends CardProps {
  readonly number: number;
}

function Settled({ chapter, tasks, number, work }: SettledProps) {
  const language = usePlayground(({ language }) => language);
  const answers = usePlayground(({ display }) => display.answers);
  const say = useMessages(messages);
  const task = tasks[number];
  const { state } = taskState(task, work.tries[number] ?? []);
  const following: ChapterName | undefined = chapterNames[chapterNames.indexOf(chapter.name) + 1];
  const isLast = number === tasks.length - 1;
  const isHidden = state === 'shown' && answers === 'hidden';
  return (
    <div className={state === 'correct' ? styles.correct : styles.shown}>
      <p>
        <b>
          {state === 'shown'
            ? isHidden
              ? say.withheld
              : say.shown
            : task.kind === 'number' && task.isGuess === true
              ? say.guessed(work.tries[number]?.at(-1) ?? '')
              : say.correctAnswer}
        </b>{' '}
        {!isHidden && task.kind === 'number' && state === 'shown' && <>{say.answerIs(show(Number(task.solution)))} </>}
        {!isHidden && <RichText text={task.explain[language]} />}
      </p>
      {isLast && <p>{say.youCan(chapter.ability[language])}</p>}
      <div className={styles.nextSteps}>
        {!isLast && (
          <button type="button" className="primary" autoFocus onClick={() => showTask(number + 1)}>
            {say.next}
          </button>
        )}
        {isLast && following !== undefined && (
          <button type="button" className="primary" autoFocus onClick={() => goTo(following)}>
            {say.nextChapter}
          </button>
        )}
        {isLast && (
          <button type="button" onClick={() => restart(work.seed + 1)}>
            {say.vary}
          </button>
        )}
        {isLast && work.seed !== 0 && (
          <button type="button" onClick={() => restart(0)}>
            {say.article}
          </button>
        )}
      </div>
      {chapter.name === 'repair' && (
        <Result
          seed={work.seed}
          isRepaired={state === 'correct'}
          probes={parseDiagnosis(work.tries[number]?.at(-1) ?? '').probes.length}
          tries={work.tries[number]?.length ?? 0}
        />
      )}
      {isLast && following === undefined && <ViewLinks />}
    </div>
  );
}
