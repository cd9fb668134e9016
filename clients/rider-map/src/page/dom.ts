/** Small tools for elements: make one, set its text only when it changed. */

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** An SVG element with its children as text that this code wrote itself, never data. */
export function svg(attributes: Attributes, content: string): SVGSVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  setAttributes(element, attributes);
  element.innerHTML = content;
  return element;
}

export function icon(content: string, size = 24): SVGSVGElement {
  return svg({ class: 'icon', viewBox: '0 0 24 24', width: String(size), height: String(size), 'aria-hidden': 'true' }, content);
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
}

const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

export const icons = {
  logo: '<path fill="currentColor" d="M12 4.2 18.6 19.4 12 16.2 5.4 19.4Z"/>',
  recentre: '<path fill="currentColor" d="M20.6 3.4 3.6 10.6l6.9 2.9 2.9 6.9Z"/>',
  recentreHollow: `<path ${stroke} d="M19.6 4.4 5 10.6l6 2.4 2.4 6Z"/>`,
  plus: `<path ${stroke} d="M12 5.5v13M5.5 12h13"/>`,
  minus: `<path ${stroke} d="M5.5 12h13"/>`,
  down: `<path ${stroke} d="M12 5v13M6.5 12.8 12 18.3l5.5-5.5"/>`,
  both: `<path ${stroke} d="M8 19V6M4 9.6 8 5.6l4 4M16 5v13M12 14.4l4 4 4-4"/>`,
  loop: `<path ${stroke} d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.7 3.4v4.2h-4.2"/>`,
  hold: `<path ${stroke} d="M7 4h10M7 20h10M8 4c0 5 8 5 8 8s-8 3-8 8M16 4c0 5-8 5-8 8s8 3 8 8"/>`,
  clock: `<circle ${stroke} cx="12" cy="12" r="8.5"/><path ${stroke} d="M12 7.5V12l3 2"/>`,
  offline: `<path ${stroke} d="M3 4l18 17M5 11.4a11 11 0 0 1 3.6-2.2M8.4 15a6 6 0 0 1 5-1.4M12.8 8.1a11 11 0 0 1 6.2 3.3M12 19h.01"/>`,
  tick: `<path ${stroke} stroke-width="2.6" d="m5.5 12.6 4.3 4.3 8.7-9.2"/>`,
  check: `<path ${stroke} stroke-width="2.6" d="m5.5 12.6 4.3 4.3 8.7-9.2"/>`,
  close: `<path ${stroke} d="m6 6 12 12M18 6 6 18"/>`,
  car: '<path fill="currentColor" transform="rotate(40 12 12)" d="M12 1.8 19.8 21 12 17.4 4.2 21Z"/>',
};
