/** Shows the result of the last edit. An error can be dismissed. */
import { X } from 'lucide-react';
import { useMessages } from '../language.js';
import type { Editor } from './editor.js';
import { connectNodes } from './commands.js';
import { messages } from './messages.js';
import type { EditProblem } from './edit-error.js';
import styles from './notice.module.css';

interface NoticeLineProps {
  readonly editor: Editor;
  /** Text with the numbers of inputs, nodes, edges and parameters. */
  readonly counts: string;
}

export function NoticeLine({ editor, counts }: NoticeLineProps) {
  const { notice, notify } = editor;
  const say = useMessages(messages);
  const problem =
    notice === undefined || 'done' in notice
      ? undefined
      : 'rejected' in notice
        ? say.rejected(notice.rejected)
        : notice.failed;
  const rejectedEdge = notice !== undefined && 'rejected' in notice ? rejectedEdgeOf(notice.rejected) : undefined;
  return (
    <>
      <div className={`${styles.line} quiet`}>
        <p role="status">{notice !== undefined && 'done' in notice && notice.done(say.done)}</p>
        <p data-counts>{counts}</p>
      </div>
      {problem !== undefined && (
        <div role="alert" className={`problem ${styles.problem}`}>
          <p>{problem}</p>
          {rejectedEdge !== undefined && (
            <button type="button" onClick={() => connectNodes(editor, rejectedEdge.from, rejectedEdge.to, 1)}>
              {say.delayThisEdge}
            </button>
          )}
          <button type="button" className={styles.close} aria-label={say.close} onClick={() => notify(undefined)}>
            <X size={16} aria-hidden />
          </button>
        </div>
      )}
    </>
  );
}

/** The edge that was not added because it would close a cycle. With a delay, it could be added. */
const rejectedEdgeOf = (problem: EditProblem) =>
  problem.reason === 'cycle' && problem.edge === 'added'
    ? { from: problem.nodes.at(-2)!, to: problem.nodes[0] }
    : undefined;
