/** Every parameter of every node, to be changed, beside the derivative it has now. */
import { nameOf, type QuantityName } from '@nnbp/explain';
import { builtinActivations } from '../functions.js';
import { namesOf } from '../shared/function-names.js';
import { useMessages } from '../language.js';
import { Figure } from '../shared/figure.js';
import { written } from '../shared/written.js';
import { NumberField } from '../shared/number-field.js';
import type { NodeDescription } from '../state.js';
import { usePlayground } from '../store.js';
import { change, changeNode, select } from './change.js';
import { type Exercise, sameQuantity, selectedQuantity } from './exercise.js';
import { messages } from './messages.js';

/** Of a larger network only the selected node is shown. */
const maxCards = 40;

export function ParameterCards({ exercise }: { readonly exercise: Exercise | undefined }) {
  const { network, derive } = usePlayground();
  const say = useMessages(messages);
  const selected = exercise && selectedQuantity(exercise, derive.selected);
  const large = network.nodes.length > maxCards;
  const shown = large ? network.nodes.filter(({ id }) => id === selected?.node) : network.nodes;
  return (
    <section className="panel" aria-label={say.parameters}>
      <h2>
        {say.parameters} <span className="quiet">{large ? say.onlyOne : say.parametersHint}</span>
      </h2>
      <div className="cards">
        {shown.map((node) => (
          <Card key={node.id} node={node} exercise={exercise} selected={selected} />
        ))}
      </div>
    </section>
  );
}

interface CardProps {
  readonly node: NodeDescription;
  readonly exercise: Exercise | undefined;
  readonly selected: QuantityName | undefined;
}

function Card({ node, exercise, selected }: CardProps) {
  const { custom } = usePlayground();
  const say = useMessages(messages);
  const { id, from, activation, b, c, w } = node;
  const gradients = exercise?.film.pass.gradients.of(id);
  const rows: {
    letter: string;
    from?: string;
    value: number;
    set: (value: number) => void;
    gradient?: number;
    quantity: QuantityName;
  }[] = [
    {
      letter: 'b',
      value: b,
      set: (value) => changeNode(id, { b: value }),
      quantity: { quantity: 'dLossDb', node: id },
      ...(gradients && { gradient: gradients.b }),
    },
    {
      letter: 'c',
      value: c,
      set: (value) => changeNode(id, { c: value }),
      quantity: { quantity: 'dLossDc', node: id },
      ...(gradients?.c !== undefined && { gradient: gradients.c }),
    },
    ...from.map((predecessor, k) => ({
      letter: 'w',
      from: predecessor,
      value: w[k],
      set: (value: number) => changeNode(id, { w: w.with(k, value) }),
      quantity: { quantity: 'dLossDw', node: id, from: predecessor } as const,
      ...(gradients && { gradient: gradients.w[predecessor] }),
    })),
  ];
  return (
    <div className="card">
      <div className="card-head">
        <b>{say.parametersOf(id)}</b>
        <select
          aria-label={say.activationOf(id)}
          value={activation}
          onChange={(event) => changeNode(id, { activation: event.target.value })}
        >
          {namesOf(builtinActivations, custom.activations, activation).map((name) => (
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
          {rows.map(({ letter, from: predecessor, value, set, gradient, quantity }) => {
            const name = nameOf(quantity);
            const parameter = name.replace('dloss/d', '');
            const isSelected = selected !== undefined && sameQuantity(quantity, selected);
            return (
              <tr key={name}>
                <th scope="row">
                  <span className="letter">
                    {letter}
                    <sub>{predecessor === undefined ? id : `${predecessor}→${id}`}</sub>
                  </span>
                </th>
                <td>
                  <NumberField label={parameter} value={value} onChange={set} />
                </td>
                <td>
                  {gradient !== undefined && (
                    <button
                      type="button"
                      className={`gradient case-3 ${isSelected ? 'selected' : ''}`}
                      aria-pressed={isSelected}
                      aria-label={say.select(name, written(gradient))}
                      onClick={() => {
                        select(quantity);
                        change({ mode: 'own' });
                      }}
                    >
                      <Figure value={gradient} />
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
