/** The result of the last edit. An error stays until the next edit. */
import { X } from 'lucide-react';
import { useMessages } from '../language.js';
import type { Desk } from './desk.js';
import { connectNodes } from './doing.js';
import { messages } from './messages.js';
import type { Refusal } from './refusal.js';

interface NoticeLineProps {
  readonly desk: Desk;
  /** Size of the graph. */
  readonly counts: string;
}

export function NoticeLine({ desk, counts }: NoticeLineProps) {
  const { notice, notify } = desk;
  const say = useMessages(messages);
  const problem =
    notice === undefined || 'done' in notice
      ? undefined
      : 'refused' in notice
        ? say.refused(notice.refused)
        : notice.failed;
  const closing = notice !== undefined && 'refused' in notice ? closingEdge(notice.refused) : undefined;
  return (
    <>
      <div className="build-said quiet">
        <p role="status">{notice !== undefined && 'done' in notice && notice.done(say.done)}</p>
        <p data-counts>{counts}</p>
      </div>
      {problem !== undefined && (
        <div role="alert" className="problem build-problem">
          <p>{problem}</p>
          {closing !== undefined && (
            <button
              type="button"
              className="build-offer"
              onClick={() => connectNodes(desk, closing.from, closing.to, 1)}
            >
              {say.delayThisEdge}
            </button>
          )}
          <button type="button" aria-label={say.close} onClick={() => notify(undefined)}>
            <X size={16} aria-hidden />
          </button>
        </div>
      )}
    </>
  );
}

/** The edge that was not added because it would close a cycle. With a delay it closes none. */
const closingEdge = (refusal: Refusal) =>
  refusal.why === 'cycle' && refusal.edge === 'added'
    ? { from: refusal.nodes.at(-2)!, to: refusal.nodes[0] }
    : undefined;
