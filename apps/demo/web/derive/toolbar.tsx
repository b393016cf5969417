/** What the exercise is: mode, sample, loss, and the number that is asked. */
import { nameOf } from '@nnbp/explain';
import { articleDescription } from '../article.js';
import { builtinLosses } from '../functions.js';
import { useMessages } from '../language.js';
import { namesOf } from '../shared/function-names.js';
import { NumberField } from '../shared/number-field.js';
import { defaultState } from '../state.js';
import { update, usePlayground } from '../store.js';
import { change, select } from './change.js';
import { type Exercise, quantitiesOf, selectedQuantity, sized } from './exercise.js';
import { messages } from './messages.js';
import { formulaStandIn, modeOf } from './mode.js';

export function Toolbar({ exercise }: { readonly exercise: Exercise | undefined }) {
  const { derive, network, fit } = usePlayground();
  const say = useMessages(messages);
  const { mode } = modeOf(derive.mode, fit.shown);
  const modes = ['own', 'article', 'break', ...(fit.shown === null ? [] : (['fit'] as const))] as const;
  return (
    <div className="derive-toolbar">
      <div className="segments" role="group" aria-label={say.chooseMode}>
        {modes.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === mode}
            onClick={() => change({ mode: name, step: name === 'break' ? 0 : null })}
          >
            {say.modes[name]}
          </button>
        ))}
      </div>
      {mode !== 'article' && <Sample />}
      {exercise !== undefined && mode !== 'break' && <Asked exercise={exercise} />}
      {(mode === 'own' || mode === 'break') && JSON.stringify(network) !== JSON.stringify(articleDescription) && (
        <button type="button" className="plain" onClick={restore}>
          {say.restore}
        </button>
      )}
    </div>
  );
}

function restore(): void {
  const { input, target, loss } = defaultState.derive;
  update((state) => ({
    ...state,
    network: articleDescription,
    derive: { ...state.derive, input, target, loss, step: null, order: [] },
  }));
}

function Sample() {
  const { derive, network, fit, custom } = usePlayground();
  const { formula } = modeOf(derive.mode, fit.shown);
  const { inputs, outputs } = formula === undefined ? network : formulaStandIn(formula);
  const say = useMessages(messages);
  const input = sized(derive.input, inputs.length, 0.5);
  const target = sized(derive.target, outputs.length, 0);
  return (
    <div className="sample" role="group" aria-label={say.sample}>
      {inputs.map((id, k) => (
        <label key={id}>
          <span className="letter">
            x<sub>{id}</sub>
          </span>
          <NumberField
            label={say.inputOf(id)}
            value={input[k]}
            onChange={(value) => change({ input: input.with(k, value) })}
          />
        </label>
      ))}
      {outputs.map((id, k) => (
        <label key={id}>
          <span className="letter">
            t<sub>{id}</sub>
          </span>
          <NumberField
            label={say.targetOf(id)}
            value={target[k]}
            onChange={(value) => change({ target: target.with(k, value) })}
          />
        </label>
      ))}
      <label>
        {say.loss}{' '}
        <select aria-label={say.loss} value={derive.loss} onChange={(event) => change({ loss: event.target.value })}>
          {namesOf(builtinLosses, custom.losses, derive.loss).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** The same choice as by a click in the graph, as two lists. */
function Asked({ exercise }: { readonly exercise: Exercise }) {
  const { derive } = usePlayground();
  const say = useMessages(messages);
  const selected = selectedQuantity(exercise, derive.selected);
  const quantities = quantitiesOf(exercise, selected.node);
  return (
    <div className="sample">
      <label>
        {say.node}{' '}
        <select
          aria-label={say.node}
          value={selected.node}
          onChange={(event) => select({ quantity: 'dLossDx', node: event.target.value })}
        >
          {exercise.network.graph.ids.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <select
        aria-label={say.asked}
        value={nameOf(selected)}
        onChange={(event) => {
          const chosen = quantities.find((quantity) => nameOf(quantity) === event.target.value);
          if (chosen !== undefined) select(chosen);
        }}
      >
        {quantities.map((quantity) => (
          <option key={nameOf(quantity)}>{nameOf(quantity)}</option>
        ))}
      </select>
    </div>
  );
}
