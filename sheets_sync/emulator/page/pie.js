// A pie or ring of one series: a slice for each category with a positive figure.

import { partColour } from "./figures.js";
import { caption, shape, tidy } from "./shapes.js";
import { LANGUAGE } from "./words.js";

/** Slices smaller than this share are not labelled: the label would not fit. */
const LABELLED_SHARE = 0.045;
const share = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });

/** The slices of a pie: [{at, name, colour, share, start}], shares of a whole turn. */
export function slicesOf({ domain, series: [only] }) {
  const values = domain.map((_, at) => Math.max(0, only?.values[at] ?? 0));
  const total = values.reduce((sum, value) => sum + value, 0);
  let start = 0;
  return values.flatMap((value, at) => {
    if (!value) return [];
    const slice = { at, name: domain[at], colour: partColour(at), share: value / total, start };
    start += slice.share;
    return [slice];
  });
}

/** Draw a pie of a size in pixels: {svg, categoryAt([x, y]), middleOf(at), guide()}. */
export function pie(figures, size) {
  const slices = slicesOf(figures);
  const middle = [size.width / 2, size.height / 2];
  const radius = Math.max(10, Math.min(...middle) - 6);
  const inner = radius * Math.min(0.9, figures.hole);
  const svg = shape("svg", { class: "plot", width: size.width, height: size.height, viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true", focusable: "false" });
  const on = (turn, far) => [middle[0] + far * Math.sin(turn * 2 * Math.PI), middle[1] - far * Math.cos(turn * 2 * Math.PI)];
  for (const slice of slices) {
    svg.append(shape("path", { class: "slice", "data-name": slice.name, d: outline(slice, on, radius, inner), fill: slice.colour, "fill-rule": "evenodd" }));
    if (slice.share < LABELLED_SHARE) continue;
    const [x, y] = on(slice.start + slice.share / 2, inner ? (radius + inner) / 2 : radius * 0.68);
    svg.append(caption(share.format(slice.share), [x, y + 4], "middle", { class: "slice-share" }));
  }
  return {
    svg,
    categoryAt: ([x, y]) => {
      const [dx, dy] = [x - middle[0], y - middle[1]];
      const far = Math.hypot(dx, dy);
      const turn = (Math.atan2(dx, -dy) / (2 * Math.PI) + 1) % 1;
      return far > radius || far < inner ? null : slices.find((slice) => turn < slice.start + slice.share)?.at ?? null;
    },
    middleOf: (at) => {
      const slice = slices.find((each) => each.at === at);
      return on(slice.start + slice.share / 2, radius * 0.6);
    },
    guide: () => {},
  };
}

/** Path data of a slice; a whole turn is two halves, since an arc cannot end where it begins. */
function outline({ start, share: part }, on, radius, inner) {
  const at = (turn, far) => on(turn, far).map(tidy).join(" ");
  if (part > 0.9999) {
    const ring = (far) => `M${at(0, far)}A${tidy(far)} ${tidy(far)} 0 0 1 ${at(0.5, far)}A${tidy(far)} ${tidy(far)} 0 0 1 ${at(0, far)}Z`;
    return inner ? ring(radius) + ring(inner) : ring(radius);
  }
  const large = part > 0.5 ? 1 : 0;
  const end = start + part;
  const outer = `M${at(start, radius)}A${tidy(radius)} ${tidy(radius)} 0 ${large} 1 ${at(end, radius)}`;
  return inner ? `${outer}L${at(end, inner)}A${tidy(inner)} ${tidy(inner)} 0 ${large} 0 ${at(start, inner)}Z` : `${outer}L${middleOf(on)}Z`;
}

function middleOf(on) {
  return on(0, 0).map(tidy).join(" ");
}
