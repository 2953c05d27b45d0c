/** Builds elements. Attributes only, never markup in strings, so nothing that a peer sends is ever parsed as HTML. */

export type Child = Node | string | number | false | null | undefined | readonly Child[];
type Handler = (event: Event) => void;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Handler>>;

const SVG = "http://www.w3.org/2000/svg";

function assign(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
}

function append(parent: Element, child: Child): void {
  if (child === null || child === undefined || child === false) return;
  if (child instanceof Node || typeof child === "string") parent.append(child);
  else if (typeof child === "number") parent.append(String(child));
  else for (const each of child) append(parent, each);
}

/** An HTML element. Attributes that begin with `on` and hold a function are listeners; `true` is an empty attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  assign(element, attributes);
  append(element, children);
  return element;
}

/** Gives an element an attribute, or takes it away. What stays is left alone: a change has the browser style the page anew. */
export function setOrRemove(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Replaces what an element holds. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

let ids = 0;

/** A fresh id, to tie labels and descriptions to what they describe. */
export function uid(prefix: string): string {
  ids += 1;
  return `${prefix}-${ids}`;
}
