/**
 * Chapter 5's picture: the learner visits the nodes in any order. A visited node sends each predecessor a message: a term
 * of the predecessor's dloss/dx. The picture shows which messages have arrived, are missing, or come too late.
 */
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { message } from '../article-exercise.js';
import { type OrderExercise, passInOrder, successorIds } from '../chapters/order.js';
import { GraphPicture, type PictureEdge, type PictureNode } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import { pick, picked } from '../task.js';
import styles from './stage.module.css';

export function OrderStage({ exercise, task, draft, onDraft }: StageProps<OrderExercise>) {
  const say = useMessages(messages);
  const { network, pass, wrongDLossDx } = exercise;
  const { graph } = network;
  const visited = picked(draft);
  const numbers = passInOrder(exercise, visited);

  const nodeToVisit = (id: string): PictureNode => {
    const successors = successorIds(graph, id);
    const index = visited.indexOf(id);
    const arrived = successors.filter((successor) => visited.includes(successor)).length;
    const isIncomplete =
      index >= 0 &&
      successors.some((successor) => !(visited.indexOf(successor) < index && visited.includes(successor)));
    const count = successors.length === 0 ? say.fromLoss : say.arrived(arrived, successors.length);
    return {
      tone: isIncomplete ? 'wrong' : index >= 0 ? 'done' : 'plain',
      content: (
        <button
          type="button"
          className={styles.visit}
          aria-pressed={index >= 0}
          aria-label={say.visit(id, count, index < 0 ? undefined : index + 1)}
          disabled={onDraft === undefined}
          onClick={() => onDraft?.(pick(draft, id, graph.nodeCount))}
        >
          <span>
            <b>{id}</b> {index >= 0 && <span className={styles.position}>{index + 1}</span>}
          </span>
          <small>{count}</small>
          {index >= 0 && (
            <span>
              <RichText text={`dloss/dx_${id}`} /> <RoundedNumber value={numbers[graph.indexOf(id)]} digits={4} />
            </span>
          )}
        </button>
      ),
    };
  };
  const edgeAfterVisits = (from: string, to: string): PictureEdge => {
    const [fromPosition, toPosition] = [visited.indexOf(from), visited.indexOf(to)];
    if (toPosition < 0) return { tone: fromPosition < 0 ? 'plain' : 'dim' };
    // If `from` was visited first, the message that `to` sends to it comes too late.
    return { tone: fromPosition >= 0 && fromPosition < toPosition ? 'wrong' : 'done' };
  };
  const messageEdge = (from: string, to: string): PictureEdge => ({
    tone: 'plain',
    ...(to !== '7' && { label: <RoundedNumber value={message(exercise, to, from)} digits={3} /> }),
  });
  return (
    <GraphPicture
      label={say.graph}
      graph={graph}
      node={
        task === 0
          ? nodeToVisit
          : (id) => ({
              content: (
                <Rows
                  id={id}
                  rows={[
                    {
                      name: `dloss/dx_${id}`,
                      value: id === '1' ? wrongDLossDx[0] : pass.cache.dLossDx(id),
                      tone: id === '7' ? 'case-1' : 'case-2',
                    },
                  ]}
                />
              ),
              tone: id === '1' ? 'wrong' : 'plain',
            })
      }
      edge={task === 0 ? edgeAfterVisits : messageEdge}
    />
  );
}
