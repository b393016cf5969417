/** The result of the last edit. An error stays until the next edit. */
import { X } from 'lucide-react';
import { useMessages } from '../language.js';
import type { Desk } from './desk.js';
import { messages } from './messages.js';

interface NoticeLineProps {
  readonly desk: Desk;
  /** Size of the graph. */
  readonly counts: string;
}

export function NoticeLine({ desk: { notice, tell }, counts }: NoticeLineProps) {
  const say = useMessages(messages);
  const problem =
    notice === undefined || 'done' in notice
      ? undefined
      : 'refused' in notice
        ? say.refused(notice.refused)
        : notice.failed;
  return (
    <>
      <div className="build-said quiet">
        <p role="status">{notice !== undefined && 'done' in notice && notice.done(say.done)}</p>
        <p data-counts>{counts}</p>
      </div>
      {problem !== undefined && (
        <div role="alert" className="problem build-problem">
          <p>{problem}</p>
          <button type="button" aria-label={say.close} onClick={() => tell(undefined)}>
            <X size={16} aria-hidden />
          </button>
        </div>
      )}
    </>
  );
}
