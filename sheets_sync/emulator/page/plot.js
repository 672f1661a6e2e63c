// Lines, areas, columns and bars inside their axes, as SVG. Categories lie along one side and
// figures rise from it: upwards, or to the right in a bar chart, which is the same plot laid flat.

import { paintAxes, roomFor, sidesOf } from "./axes.js";
import { spansOf } from "./scale.js";
import { paintSeries } from "./series.js";
import { shape, tidy } from "./shapes.js";

/**
 * Draw figures (see figures.js) of a size in pixels: {svg, categoryAt([x, y]), middleOf(at), guide(at)}.
 *
 * `width(text)` measures a text of the plot, `locale` is the spreadsheet's.
 */
export function plot(figures, size, { width, locale }) {
  const spans = spansOf(figures);
  const sides = sidesOf(figures, spans, size, locale);
  const room = roomFor(figures, sides, size, width);
  const frame = { figures, spans, sides, room, size, width, count: Math.max(1, figures.domain.length) };
  frame.place = (along, up) => (figures.isFlat
    ? [room.left + up * room.width, room.top + along * room.height]
    : [room.left + along * room.width, room.top + (1 - up) * room.height]);
  frame.along = (at) => (at + 0.5) / frame.count;
  const svg = shape("svg", { class: "plot", width: size.width, height: size.height, viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true", focusable: "false" });
  const guide = shape("line", { class: "guide" });
  svg.append(...paintAxes(frame), guide, ...paintSeries(frame));
  return { svg, ...pointing(frame, guide) };
}

/** What the pointer needs: which category it is at, and a line through that one. */
function pointing({ figures, place, along, count, room }, guide) {
  const start = figures.isFlat ? room.top : room.left;
  const length = figures.isFlat ? room.height : room.width;
  return {
    categoryAt: ([x, y]) => {
      const at = Math.floor((((figures.isFlat ? y : x) - start) / length) * count);
      return at >= 0 && at < figures.domain.length ? at : null;
    },
    middleOf: (at) => place(along(at), 0.5),
    guide: (at) => {
      guide.toggleAttribute("data-on", at !== null);
      if (at === null) return;
      const [[x1, y1], [x2, y2]] = [place(along(at), 0), place(along(at), 1)];
      for (const [name, px] of Object.entries({ x1, y1, x2, y2 })) guide.setAttribute(name, String(tidy(px)));
    },
  };
}
