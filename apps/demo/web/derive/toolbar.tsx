/** Controls for the mode, the network, the sample, the loss and the selected quantity. */
import { nameOf } from '@nnbp/explain';
import { builtinLosses } from '../functions.js';
import { useMessages } from '../language.js';
import { namesOf } from '../shared/function-names.js';
import { hasDelays } from '../network.js';
import { BoundedField } from '../shared/bounded-field.js';
import { Letter } from '../shared/letter.js';
import { NumberField } from '../shared/number-field.js';
import { maxSteps, targetSteps } from '../state.js';
import { update, usePlayground } from '../store.js';
import { change, select } from './change.js';
import { type Exercise, quantitiesOf, selectedQuantity, sized } from './exercise.js';
import { messages } from './messages.js';
import { formulaStandIn, isCustomLoss, modeOf } from './mode.js';
import { type PresetName, presetNames, presetOf, presets } from './presets.js';
import styles from './toolbar.module.css';

export function Toolbar({ exercise }: { readonly exercise: Exercise | undefined }) {
  const derive = usePlayground(({ derive }) => derive);
  const fit = usePlayground(({ fit }) => fit);
  const say = useMessages(messages);
  const { mode } = modeOf(derive.mode, fit.shown);
  const modes = ['own', 'article', 'break', ...(fit.shown === null ? [] : (['fit'] as const))] as const;
  return (
    <div className={styles.toolbar}>
      <div className={styles.segments} role="group" aria-label={say.chooseMode}>
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
      {exercise !== undefined && mode !== 'break' && <SelectedQuantity exercise={exercise} />}
    </div>
  );
}

/** List of preset networks. Choosing one loads it. */
function Presets() {
  const network = usePlayground(({ network }) => network);
  const say = useMessages(messages);
  const chosen = presetOf(network);
  return (
    <label>
      {say.network}{' '}
      <select
        aria-label={say.network}
        value={chosen ?? ''}
        onChange={(event) => open(event.target.value as PresetName)}
      >
        {chosen === undefined && <option value="">{say.ownNetwork}</option>}
        {presetNames.map((name) => (
          <option key={name} value={name}>
            {say.presets[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function open(name: PresetName): void {
  const { network, ...sample } = presets[name];
  update((state) => {
    const step = state.derive.mode === 'break' ? 0 : null;
    return { ...state, network, derive: { ...state.derive, ...sample, step, order: [] } };
  });
}

function Sample() {
  const derive = usePlayground(({ derive }) => derive);
  const network = usePlayground(({ network }) => network);
  const fit = usePlayground(({ fit }) => fit);
  const losses = usePlayground(({ custom }) => custom.losses);
  const { formula } = modeOf(derive.mode, fit.shown);
  const { inputs, outputs } = formula === undefined ? network : formulaStandIn(formula);
  const say = useMessages(messages);
  const hasTime = formula === undefined && hasDelays(network);
  return (
    <div className={styles.sample} role="group" aria-label={say.sample}>
      {formula === undefined && <Presets />}
      {hasTime && <Time />}
      {!hasTime && (
        <>
          <Row
            letter="x"
            ids={inputs}
            values={sized(derive.input, inputs.length, 0.5)}
            labelOf={say.inputOf}
            choose={(input) => change({ input })}
          />
          <Row
            letter="t"
            ids={outputs}
            values={sized(derive.target, outputs.length, 0)}
            labelOf={say.targetOf}
            choose={(target) => change({ target })}
          />
        </>
      )}
      <label data-term={derive.loss}>
        {say.loss}{' '}
        <select aria-label={say.loss} value={derive.loss} onChange={(event) => change({ loss: event.target.value })}>
          {namesOf(builtinLosses, losses, derive.loss).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** One field per number of the sample's inputs or targets. */
function Row({
  letter,
  ids,
  values,
  labelOf,
  choose,
}: {
  readonly letter: 'x' | 't';
  readonly ids: readonly string[];
  readonly values: readonly number[];
  readonly labelOf: (id: string) => string;
  readonly choose: (values: number[]) => void;
}) {
  return ids.map((id, k) => (
    <label key={id} data-term={letter}>
      <Letter>
        {letter}
        <sub>{id}</sub>
      </Letter>
      <NumberField label={labelOf(id)} value={values[k]} onChange={(value) => choose(values.with(k, value))} />
    </label>
  ));
}

/**
 * Fields for the length of a sequence and for the time steps that have a target. The inputs and targets themselves are
 * edited in the unrolled network, one column per time step.
 */
function Time() {
  const derive = usePlayground(({ derive }) => derive);
  const custom = usePlayground(({ custom }) => custom);
  const say = useMessages(messages);
  const { time } = derive;
  const hasCustomLoss = isCustomLoss({ derive, custom });
  return (
    <>
      <BoundedField
        label={say.timeSteps}
        value={time.steps}
        min={1}
        max={maxSteps}
        step={1}
        choose={(steps) => change({ time: { ...time, steps }, step: null })}
      />
      <label>
        {say.timeTargets}{' '}
        <select
          value={hasCustomLoss ? 'last' : time.targets}
          disabled={hasCustomLoss}
          onChange={(event) => change({ time: { ...time, targets: event.target.value as typeof time.targets } })}
        >
          {targetSteps.map((name) => (
            <option key={name} value={name}>
              {say.targetsAt[name]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

/** Two lists that select a quantity, like a click in the graph. */
function SelectedQuantity({ exercise }: { readonly exercise: Exercise }) {
  const derive = usePlayground(({ derive }) => derive);
  const say = useMessages(messages);
  const selected = selectedQuantity(exercise, derive.selected);
  const quantities = quantitiesOf(exercise, selected.node);
  return (
    <div className={styles.sample}>
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
