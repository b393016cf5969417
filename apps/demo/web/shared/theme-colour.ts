/**
 * A colour of the style sheet as the browser computes it: `rgb(27, 32, 41)`. The custom property itself holds `light-dark(…)`.
 *
 * @param name - Of the custom property, without `--`.
 */
export function themeColour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.documentElement.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
