/**
 * Panel with the prediction for a row of inputs. The user enters the inputs in fields, or draws them if they are an
 * image.
 */
import { memo } from 'react';
import { useMessages } from '../language.js';
import { NumberField } from '../shared/number-field.js';
import type { InputField } from './data/dataset.js';
import { DigitCanvas } from './digit-canvas.js';
import { messages } from './messages.js';
import { percent, short } from './numbers.js';
import type { RowPrediction } from './row-prediction.js';
import type { Ready } from './trainer.js';
import styles from './predict-panel.module.css';
import areas from './view.module.css';

interface Props {
  readonly ready: Ready;
  readonly prediction: RowPrediction | undefined;
  /** The inputs to predict from, in the original units of the data. */
  readonly row: Float64Array | undefined;
  readonly setRow: (row: Float64Array | undefined) => void;
}

export const PredictPanel = memo(function PredictPanel({ ready, prediction, row, setRow }: Props) {
  const say = useMessages(messages);
  const { side, fields } = ready;
  if (side === undefined && fields.length === 0) return null;
  return (
    <section className={`panel ${areas.predict}`} aria-label={say.predict}>
      <h2>{say.predict}</h2>
      {side === undefined ? (
        row !== undefined && <Fields fields={fields} values={row} setRow={setRow} />
      ) : (
        <>
          <DigitCanvas side={side} row={row} setRow={setRow} />
          <p className="quiet">{say.drawDigit}</p>
          <button type="button" disabled={row === undefined} onClick={() => setRow(undefined)}>
            {say.clear}
          </button>
        </>
      )}
      {prediction !== undefined && <Prediction ready={ready} prediction={prediction} />}
    </section>
  );
});

interface FieldsProps {
  readonly fields: readonly InputField[];
  readonly values: Float64Array;
  readonly setRow: (row: Float64Array) => void;
}

function Fields({ fields, values, setRow }: FieldsProps) {
  const starts = fields.map((_, k) =>
    fields.slice(0, k).reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0),
  );
  return (
    <div className={styles.row}>
      {fields.map((field, k) => {
        const set = (part: readonly number[]) => {
          const next = values.slice();
          next.set(part, starts[k]);
          setRow(next);
        };
        return <Field key={k} field={field} values={values.subarray(starts[k])} set={set} />;
      })}
    </div>
  );
}

interface FieldProps {
  readonly field: InputField;
  /**
   * The inputs of the row, beginning with the field's first input. A category column has one input, 0 or 1, per
   * category.
   */
  readonly values: Float64Array;
  readonly set: (values: readonly number[]) => void;
}

function Field({ field: { name, categories }, values, set }: FieldProps) {
  return (
    <label>
      <span className={styles.truncated} title={name}>
        {name}
      </span>
      {categories === undefined ? (
        <NumberField label={name} value={values[0]} step={stepOf(values[0])} onChange={(value) => set([value])} />
      ) : (
        <select
          aria-label={name}
          value={categories.findIndex((_, k) => values[k] === 1)}
          onChange={(event) => set(categories.map((_, k) => Number(k === Number(event.target.value))))}
        >
          {categories.map((category, k) => (
            <option key={category} value={k}>
              {category}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}

/** Returns the step of the arrow keys: a tenth of the value's order of magnitude, for example 1 for 42. */
const stepOf = (value: number): number => (value === 0 ? 0.1 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1));

function Prediction({
  ready,
  prediction: { values, predictedClass, probabilities },
}: Pick<Props, 'ready'> & { prediction: RowPrediction }) {
  const say = useMessages(messages);
  const { task, classes, targetName } = ready;
  if (task === 'regression') {
    return (
      <p className={styles.prediction}>
        <span className={styles.truncated} title={targetName}>
          {targetName}
        </span>{' '}
        = <output data-stat="prediction">{short(values[0])}</output>
      </p>
    );
  }
  return (
    <>
      <p className={styles.prediction}>
        {say.predictedClass} <output data-stat="prediction">{classes[predictedClass]}</output>
      </p>
      {/* A single output that is not a probability has no bars. */}
      {values.length === classes.length ? (
        <table className={styles.bars}>
          <tbody>
            {classes.map((name, k) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <i style={{ width: `${100 * Math.max(0, Math.min(1, values[k]))}%` }} aria-hidden />
                </td>
                <td>{probabilities ? percent(values[k]) : short(values[k])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="quiet">{say.plainOutput(short(values[0]))}</p>
      )}
    </>
  );
}
