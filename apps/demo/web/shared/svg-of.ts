/**
 * Converts part of the page to an SVG file: text, boxes, borders, inline SVG, and canvases (as images), all at the
 * positions where the browser draws them. The web fonts of the drawn text are embedded, so that formulas look the same
 * in other programs.
 */
import { themeColour } from './theme-colour.js';

/** The width and the height are in CSS pixels. */
export interface SvgPicture {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const namespace = 'http://www.w3.org/2000/svg';

/** Elements that are not drawn: controls, and text for screen readers. */
const skipped =
  '[data-not-in-picture], .react-flow__panel, .react-flow__handle, .react-flow__edge-interaction, .katex-mathml, .visually-hidden, script, style';

/** Computed style properties that are copied to inline SVG, as attributes. */
const copiedProperties = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const;

/** Empty space around the picture, in pixels. */
const padding = 12;

export async function svgOf(element: HTMLElement): Promise<SvgPicture> {
  const drawing = new Drawing(element);
  drawing.draw(element, drawing.root, 1);
  const { left, top, right, bottom } = drawing.bounds;
  const [width, height] = [Math.ceil(right - left + 2 * padding), Math.ceil(bottom - top + 2 * padding)];
  const svg = make('svg', { width, height, viewBox: [left - padding, top - padding, width, height].join(' ') });
  const faces = await fontFaces(drawing.fonts);
  if (faces !== '') svg.append(make('style', {}, faces));
  const background = themeColour('panel');
  svg.append(make('rect', { x: left - padding, y: top - padding, width, height, fill: background }), drawing.root);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

class Drawing {
  readonly root = make('g', {});
  /** Fonts of the drawn text, in the format of `keyOf`. */
  readonly fonts = new Set<string>();
  bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  #clips = 0;
  readonly #ruler = document.createElement('canvas').getContext('2d')!;

  /** @param target - The element to draw. Its own box is not drawn; the picture has the size of its content. */
  constructor(readonly target: Element) {}

  /** Draws an element into a group. `scale`: the scale of the surrounding transforms. */
  draw(element: Element, group: SVGElement, scale: number): void {
    if (element.matches(skipped)) return;
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.opacity === '0') return;
    if (element instanceof SVGSVGElement) {
      this.#inlineSvg(element, group);
      return;
    }
    const rect = element.getBoundingClientRect();
    const innerScale = style.transform === 'none' ? scale : scale * new DOMMatrix(style.transform).a;
    const innerGroup = this.#groupOf(element, style, rect, group);
    if (style.visibility === 'visible') {
      if (element !== this.target) this.#box(style, rect, innerGroup, innerScale);
      if (element instanceof HTMLCanvasElement) this.#canvas(element, rect, innerGroup);
    }
    for (const child of element.childNodes) {
      if (child instanceof Element) this.draw(child, innerGroup, innerScale);
      else if (child instanceof Text && style.visibility === 'visible')
        this.#text(child, style, innerGroup, innerScale);
    }
  }

  /**
   * Returns the group for the content of an element: a new group if the element is translucent or clips its content,
   * otherwise `group`.
   */
  #groupOf(element: Element, style: CSSStyleDeclaration, rect: DOMRect, group: SVGElement): SVGElement {
    const clipsContent =
      /hidden|clip/.test(`${style.overflowX} ${style.overflowY}`) &&
      (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    if (!clipsContent && style.opacity === '1') return group;
    const inner = make('g', { opacity: style.opacity });
    if (clipsContent) {
      const id = `clip${this.#clips++}`;
      const clip = make('clipPath', { id });
      clip.append(make('rect', boundsOf(rect)));
      group.append(clip);
      inner.setAttribute('clip-path', `url(#${id})`);
    }
    group.append(inner);
    return inner;
  }

  /** Draws the background and the borders of an element. */
  #box(style: CSSStyleDeclaration, rect: DOMRect, group: SVGElement, scale: number): void {
    if (rect.width === 0 || rect.height === 0) return;
    const sides = (['Top', 'Right', 'Bottom', 'Left'] as const).map((side) => ({
      width: style[`border${side}Style`] === 'none' ? 0 : scale * Number.parseFloat(style[`border${side}Width`]),
      colour: style[`border${side}Color`],
    }));
    const [first] = sides;
    const isUniform = sides.every(({ width, colour }) => width === first.width && colour === first.colour);
    const filled = !isTransparent(style.backgroundColor);
    const outlined = isUniform && first.width > 0 && !isTransparent(first.colour);
    if (filled || outlined) {
      const inset = outlined ? first.width / 2 : 0;
      const radius = Math.min(scale * (Number.parseFloat(style.borderTopLeftRadius) || 0), rect.height / 2);
      this.#grow(rect);
      group.append(
        make('rect', {
          x: rect.x + inset,
          y: rect.y + inset,
          width: Math.max(0, rect.width - 2 * inset),
          height: Math.max(0, rect.height - 2 * inset),
          rx: radius,
          fill: filled ? style.backgroundColor : 'none',
          ...(outlined && { stroke: first.colour, 'stroke-width': first.width }),
        }),
      );
    }
    if (isUniform) return;
    const { left, top, right, bottom } = rect;
    const lines = [
      [left, top, right, top],
      [right, top, right, bottom],
      [left, bottom, right, bottom],
      [left, top, left, bottom],
    ];
    for (const [k, { width, colour }] of sides.entries()) {
      if (width === 0 || isTransparent(colour)) continue;
      const [x1, y1, x2, y2] = lines[k];
      this.#grow(rect);
      group.append(make('line', { x1, y1, x2, y2, stroke: colour, 'stroke-width': width }));
    }
  }

  /** Draws text, line by line. */
  #text(node: Text, style: CSSStyleDeclaration, group: SVGElement, scale: number): void {
    const range = document.createRange();
    const lines: { text: string; rect: DOMRect }[] = [];
    for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
      if (word === '\u200b') continue;
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const rect = range.getBoundingClientRect();
      if (rect.width === 0) continue;
      const last = lines.at(-1);
      if (last && Math.abs(last.rect.top - rect.top) < 2 && rect.left >= last.rect.right - 1) {
        last.text += ` ${word}`;
        last.rect = new DOMRect(last.rect.x, last.rect.y, rect.right - last.rect.x, last.rect.height);
      } else lines.push({ text: word, rect });
    }
    if (lines.length === 0) return;
    this.fonts.add(keyOf(style));
    this.#ruler.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.#ruler.measureText('x');
    for (const { text, rect } of lines) {
      this.#grow(rect);
      group.append(
        make(
          'text',
          {
            x: rect.x,
            y: rect.y + rect.height / 2 + (scale * (ascent - descent)) / 2,
            fill: style.color,
            'font-family': style.fontFamily,
            'font-size': scale * Number.parseFloat(style.fontSize),
            'font-style': style.fontStyle,
            'font-weight': style.fontWeight,
            textLength: rect.width,
            lengthAdjust: 'spacingAndGlyphs',
          },
          text,
        ),
      );
    }
  }

  #inlineSvg(svg: SVGSVGElement, group: SVGElement): void {
    const matrix = svg.getScreenCTM();
    if (matrix === null) return;
    const copy = styled(svg, this.fonts) as SVGElement;
    const { a, b, c, d, e, f } = matrix;
    const moved = make('g', { transform: `matrix(${[a, b, c, d, e, f].join(' ')})` });
    moved.append(...copy.childNodes);
    group.append(moved);
    for (const shape of svg.querySelectorAll('path, line, rect, circle, text, polyline, polygon')) {
      if (shape.closest('clipPath, defs') === null) this.#grow(shape.getBoundingClientRect());
    }
  }

  #canvas(canvas: HTMLCanvasElement, rect: DOMRect, group: SVGElement): void {
    this.#grow(rect);
    group.append(make('image', { ...boundsOf(rect), href: canvas.toDataURL('image/png') }));
  }

  #grow(rect: DOMRect): void {
    const { left, top, right, bottom } = this.bounds;
    this.bounds = {
      left: Math.min(left, rect.left),
      top: Math.min(top, rect.top),
      right: Math.max(right, rect.right),
      bottom: Math.max(bottom, rect.bottom),
    };
  }
}

/** Copies inline SVG, with its computed style as attributes. */
function styled(element: Element, fonts: Set<string>): Element {
  const copy = element.cloneNode(false) as Element;
  const style = getComputedStyle(element);
  copy.removeAttribute('class');
  copy.removeAttribute('style');
  for (const name of copiedProperties) copy.setAttribute(name, style.getPropertyValue(name));
  if (element.tagName === 'text') fonts.add(keyOf(style));
  for (const child of element.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    else if (child instanceof Element && !child.matches(skipped) && getComputedStyle(child).display !== 'none')
      copy.append(styled(child, fonts));
  }
  return copy;
}

function make(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === 'number' ? String(Math.round(value * 100) / 100) : value);
  }
  if (text !== undefined) element.textContent = text;
  return element;
}

const boundsOf = ({ x, y, width, height }: DOMRect) => ({ x, y, width, height });

const isTransparent = (colour: string): boolean => colour === 'transparent' || /[,/]\s*0\)$/.test(colour);

/** Returns the first family of a `font-family` list, without quotes. */
const firstFamily = (families: string): string =>
  families
    .split(',')[0]
    .trim()
    .replace(/^["']|["']$/g, '');

const keyOf = ({ fontFamily, fontStyle, fontWeight }: CSSStyleDeclaration): string =>
  [
    firstFamily(fontFamily),
    fontStyle || 'normal',
    fontWeight.replace('normal', '400').replace('bold', '700') || '400',
  ].join('|');

/** Returns the page's `@font-face` rules for these fonts, with the font files embedded. */
async function fontFaces(fonts: ReadonlySet<string>): Promise<string> {
  const rules = Array.from(document.styleSheets, (sheet) =>
    Array.from(sheet.cssRules, (rule) => ({ rule, sheet })),
  ).flat();
  const faces = rules.map(async ({ rule, sheet }) => {
    if (!(rule instanceof CSSFontFaceRule) || !fonts.has(keyOf(rule.style))) return '';
    const address = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue('src'))?.[1];
    if (address === undefined) return '';
    const response = await fetch(new URL(address, sheet.href ?? location.href));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    const [family, style, weight] = keyOf(rule.style).split('|');
    return `@font-face { font-family: "${family}"; font-style: ${style}; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}); }`;
  });
  return (await Promise.all(faces)).filter((face) => face !== '').join('\n');
}
