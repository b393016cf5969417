/** The Learn view: the card and the picture of a chapter, and the navigation between chapters. */
import { lazy, useEffect, useMemo, useRef } from 'react';
import { chapterAddress } from '../address.js';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { chapterNames } from '../state.js';
import { update, usePlayground } from '../store.js';
import { Card } from './card.js';
import { lessons } from './lessons.js';
import { messages } from './messages.js';
import { goTo, setDraft, settledTasks, workOf } from './progress.js';
import styles from './view.module.css';

const ExerciseSheet = lazy(() => import('./exercise-sheet.js'));

export default function View() {
  const sheet = usePlayground(({ sheet }) => sheet);
  return sheet === null ? <Lesson /> : <ExerciseSheet seed={sheet} />;
}

function Lesson() {
  const chapterName = usePlayground(({ learn }) => learn.chapter);
  const work = usePlayground((state) => workOf(state, chapterName));
  const { chapter, Stage } = lessons[chapterName];
  const exercise = useMemo(() => chapter.exercise(work.seed), [chapter, work.seed]);
  const { tasks } = exercise;
  const settled = settledTasks(tasks, work);
  const task = Math.min(work.task, tasks.length - 1, settled);
  return (
    <div className={styles.learn}>
      <ChapterList />
      <div className={styles.lesson} data-chapter={chapterName}>
        <div className={styles.stage}>
          <Stage
            key={`${chapterName} ${work.seed}`}
            exercise={exercise}
            task={task}
            settled={settled}
            draft={work.draft}
            onDraft={settled > task ? undefined : setDraft}
          />
        </div>
        <div className={styles.card}>
          <Card chapter={chapter} tasks={tasks} work={work} />
        </div>
      </div>
    </div>
  );
}

function ChapterList() {
  const current = usePlayground(({ learn }) => learn.chapter);
  const work = usePlayground(({ learn }) => learn.work);
  const language = usePlayground(({ language }) => language);
  const offers = useOffers();
  const say = useMessages(messages);
  const list = useRef<HTMLOListElement>(null);
  // Scroll to the current chapter, because on phones the list is wider than the screen.
  useEffect(() => {
    const { current: ol } = list;
    const chosen = ol?.querySelector('[aria-current]');
    if (ol === null || !chosen) return;
    const [frame, box] = [ol.getBoundingClientRect(), chosen.getBoundingClientRect()];
    ol.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  }, [current]);
  return (
    <div className={styles.bar}>
      <nav aria-label={say.chapters}>
        <ol ref={list}>
          {chapterNames
            .filter((name) => name in lessons)
            .map((name) => {
              const address = chapterAddress(name);
              const isChallenge = name === chapterNames.at(-1);
              const chapterWork = work[name];
              const isDone =
                chapterWork !== undefined &&
                settledTasks(lessons[name].chapter.exercise(chapterWork.seed).tasks, chapterWork) ===
                  lessons[name].chapter.exercise(chapterWork.seed).tasks.length;
              const label = isChallenge ? say.challenge : say.chapter(address);
              return (
                <li key={name}>
                  <button
                    type="button"
                    aria-current={name === current ? 'step' : undefined}
                    aria-label={isDone ? `${label}, ${say.done}` : label}
                    title={lessons[name].chapter.title[language].replaceAll(/_(\w+)/g, '$1')}
                    onClick={() => goTo(name)}
                  >
                    {isChallenge ? <span className={styles.full}>{say.challenge}</span> : address}
                    {isChallenge && (
                      <span className={styles.short} aria-hidden>
                        ★
                      </span>
                    )}
                    {isDone && ' ✓'}
                  </button>
                </li>
              );
            })}
        </ol>
      </nav>
      {offers('derive') && (
        <button
          type="button"
          className={styles.skip}
          aria-label={say.skip}
          onClick={() => update((state) => ({ ...state, view: 'derive' }))}
        >
          <span className={styles.full}>{say.skip}</span>
          <span className={styles.short} aria-hidden>
            {say.playground}
          </span>
        </button>
      )}
    </div>
  );
}
