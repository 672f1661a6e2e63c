// The few SVG shapes that charts are made of. Everything is set as attributes, never as markup.

const SPACE = "http://www.w3.org/2000/svg";

/** An SVG element with attributes; text is set as text. */
export function shape(tag, attributes = {}, text = "") {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

/** A straight line between two points [x, y]. */
export function stroke(className, [x1, y1], [x2, y2]) {
  return shape("line", { class: className, x1: tidy(x1), y1: tidy(y1), x2: tidy(x2), y2: tidy(y2) });
}

/** A rectangle from one corner to the opposite one, whichever they are. */
export function box([x1, y1], [x2, y2], attributes) {
  return shape("rect", {
    x: tidy(Math.min(x1, x2)), y: tidy(Math.min(y1, y2)), width: tidy(Math.abs(x2 - x1)), height: tidy(Math.abs(y2 - y1)), ...attributes,
  });
}

/** The path data of a line through points [x, y]. */
export function through(points) {
  return points.map(([x, y], at) => `${at ? "L" : "M"}${tidy(x)} ${tidy(y)}`).join("");
}

/** Text at [x, y]; `anchor` is start, middle or end. */
export function caption(text, [x, y], anchor = "middle", attributes = {}) {
  return shape("text", { x: tidy(x), y: tidy(y), "text-anchor": anchor, ...attributes }, text);
}

/** A length in pixels without the noise of binary fractions. */
export function tidy(px) {
  return Math.round(px * 100) / 100;
}

/** A text cut with an ellipsis so that it is no wider than `px`; `width(text)` measures. */
export function fitting(text, px, width) {
  if (width(text) <= px) return text;
  let kept = text.length;
  while (kept > 1 && width(`${text.slice(0, kept)}…`) > px) kept -= 1;
  return `${text.slice(0, kept).trimEnd()}…`;
}
