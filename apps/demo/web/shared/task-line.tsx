/** Shows a task from the Learn view in the view where the user does it: text, completion, and a close button. */
import { Check, X } from 'lucide-react';
import { useMessages } from '../language.js';
import { update } from '../store.js';
import { messages } from './messages.js';
import styles from './task-line.module.css';

export interface TaskLineProps {
  readonly task: string;
  readonly done: boolean;
}

export function TaskLine({ task, done }: TaskLineProps) {
  const say = useMessages(messages);
  return (
    <p className={done ? styles.done : styles.line} role="status">
      <span>
        {done && <Check size={16} aria-hidden />} <b>{done ? say.taskDone : say.task}</b> {task}
      </span>
      <button type="button" aria-label={say.closeTask} onClick={() => update((state) => ({ ...state, task: null }))}>
        <X size={14} aria-hidden />
      </button>
    </p>
  );
}
