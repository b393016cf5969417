/** The loss curves as SVG, for download. The page itself draws them on a canvas. */
import { useMessages } from '../language.js';
import { axisName, Grid, scalesOf } from '../shared/grid.js';
import type { Curve } from './curve.js';
import { messages } from './messages.js';

interface Props {
  readonly curve: Curve;
  /** Whether the y axis is logarithmic. */
  readonly logarithmic: boolean;
}

const [width, height] = [760, 380];
const margin = { left: 64, right: 16, top: 30, bottom: 42 };

export function CurvePicture({ curve: { steps, training, validation }, logarithmic }: Props) {
  const say = useMessages(messages);
  const shown = (value: number | null) => {
    const at = value !== null && logarithmic ? Math.log10(value) : value;
    return at !== null && Number.isFinite(at) ? at : undefined;
  };
  const values = [...training, ...validation].map(shown).filter((value) => value !== undefined);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const padding = (high - low) * 0.05 || 0.5;
  const frame = {
    width,
    height,
    margin,
    x: [0, Math.max(1, steps.at(-1) ?? 1)] as const,
    y: [low - padding, high + padding] as const,
  };
  const { toX, toY } = scalesOf(frame);
  const lines = [
    { name: say.training, values: training, colour: 'var(--accent)', dash: 'none' },
    ...(validation.some((value) => value !== null)
      ? [{ name: say.validation, values: validation, colour: 'var(--positive)', dash: '6 3' }]
      : []),
  ];
  const names = (
    <>
      <text className={axisName} x={(margin.left + width - margin.right) / 2} y={height - 6} textAnchor="middle">
        {say.steps}
      </text>
      <text className={axisName} transform={`translate(14 ${height / 2}) rotate(-90)`} textAnchor="middle">
        {logarithmic ? say.logarithmOfLoss : say.loss}
      </text>
      {lines.map(({ name, colour }, k) => (
        <text key={name} x={margin.left + 200 * k} y={18} style={{ fill: colour }}>
          {name}
        </text>
      ))}
    </>
  );
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <Grid {...frame} numberOffset={16} names={names}>
        {lines.map(({ name, values, colour, dash }) => (
          <polyline
            key={name}
            points={steps
              .flatMap((step, k) => {
                const value = shown(values[k]);
                return value === undefined ? [] : [`${toX(step).toFixed(1)},${toY(value).toFixed(1)}`];
              })
              .join(' ')}
            style={{ fill: 'none', stroke: colour, strokeWidth: 2, strokeDasharray: dash }}
          />
        ))}
      </Grid>
    </svg>
  );
}
