/** Input fields for all parameters, with their derivatives. */
import { nameOf, type QuantityName } from '@nnbp/explain';
import { builtinActivations } from '../functions.js';
import { namesOf } from '../shared/function-names.js';
import { useMessages } from '../language.js';
import { delayOf, edgeName } from '../network.js';
import { delayOperator } from '../shared/delay.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { formatNumber } from '../shared/format-number.js';
import { Letter } from '../shared/letter.js';
import { NumberField } from '../shared/number-field.js';
import type { NodeDescription } from '../state.js';
import { usePlayground } from '../store.js';
import { change, changeNode, select } from './change.js';
import { sameQuantity } from './exercise.js';
import { messages } from './messages.js';
import styles from './parameter-cards.module.css';

/** Maximum number of cards. For a network with more nodes, only the card of the selected node is shown. */
const maxCards = 40;

export interface ParameterCardsProps {
  readonly selected: QuantityName | undefined;
  /** The numbers computed so far. A derivative that is not among them is not shown. */
  readonly known: Known | undefined;
}

interface Known {
  value(quantity: QuantityName): number | undefined;
}

export function ParameterCards({ selected, known }: ParameterCardsProps) {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const isLarge = network.nodes.length > maxCards;
  const shown = isLarge ? network.nodes.filter(({ id }) => id === selected?.node) : network.nodes;
  return (
    <section className="panel" aria-label={say.parameters}>
      <h2>
        {say.parameters} <span className={`quiet ${styles.hint}`}>{isLarge ? say.onlyOne : say.parametersHint}</span>
      </h2>
      <div className={styles.cards}>
        {shown.map((node) => (
          <Card key={node.id} node={node} known={known} selected={selected} />
        ))}
      </div>
    </section>
  );
}

interface CardProps {
  readonly node: NodeDescription;
  /** The numbers computed so far. */
  readonly known: Known | undefined;
  readonly selected: QuantityName | undefined;
}

function Card({ node, known, selected }: CardProps) {
  const custom = usePlayground(({ custom }) => custom.activations);
  const say = useMessages(messages);
  const { id, from, activation, b, c, w } = node;
  const rows: {
    letter: string;
    from?: string;
    delay?: number;
    value: number;
    set: (value: number) => void;
    quantity: QuantityName;
  }[] = [
    {
      letter: 'b',
      value: b,
      set: (value) => changeNode(id, { b: value }),
      quantity: { quantity: 'dLossDb', node: id },
    },
    {
      letter: 'c',
      value: c,
      set: (value) => changeNode(id, { c: value }),
      quantity: { quantity: 'dLossDc', node: id },
    },
    ...from.map((predecessor, k) => ({
      letter: 'w',
      from: predecessor,
      value: w[k],
      set: (value: number) => changeNode(id, { w: w.with(k, value) }),
      delay: delayOf(node, k),
      quantity: { quantity: 'dLossDw', node: id, from: edgeName(predecessor, delayOf(node, k)) } as const,
    })),
  ];
  return (
    <div className={styles.card}>
      <div className={styles.cardHead}>
        <b>{say.parametersOf(id)}</b>
        <select
          aria-label={say.activationOf(id)}
          value={activation}
          onChange={(event) => changeNode(id, { activation: event.target.value })}
        >
          {namesOf(builtinActivations, custom, activation).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <table>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{say.parameter}</th>
            <th scope="col">{say.value}</th>
            <th scope="col">{say.derivative}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ letter, from: predecessor, delay = 0, value, set, quantity }) => {
            const name = nameOf(quantity);
            const gradient = known?.value(quantity);
            const parameter = name.replace('dloss/d', '');
            const isSelected = selected !== undefined && sameQuantity(quantity, selected);
            return (
              <tr key={name}>
                <th scope="row">
                  <Letter>
                    {letter}
                    <sub>
                      {predecessor === undefined ? id : `${predecessor}→${id}`}
                      {delay > 0 && ` ${delayOperator(delay)}`}
                    </sub>
                  </Letter>
                </th>
                <td>
                  <NumberField label={parameter} value={value} onChange={set} />
                </td>
                <td>
                  {gradient !== undefined && (
                    <button
                      type="button"
                      className={isSelected ? `${styles.gradient} ${styles.chosen}` : styles.gradient}
                      data-case={3}
                      data-name={name}
                      aria-pressed={isSelected}
                      aria-label={say.select(name, formatNumber(gradient))}
                      onClick={() => {
                        select(quantity);
                        change({ mode: 'own' });
                      }}
                    >
                      <RoundedNumber value={gradient} />
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
