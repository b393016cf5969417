/**
 * Returns a theme colour as the browser computes it, such as `rgb(27, 32, 41)`. The custom property itself contains
 * `light-dark(…)`.
 *
 * @param name - Name of the custom property, without `--`.
 */
export function themeColour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.documentElement.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
