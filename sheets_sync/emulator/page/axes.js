// The axes of a plot as SVG: the ticks of the figures, the names of the categories, the titles, and
// the room that all of them leave for the series. In a bar chart the figures lie at the bottom.

import { scaleOf, writerLike } from "./scale.js";
import { caption, fitting, stroke, tidy } from "./shapes.js";

const TICK_PX = 46;
const LINE_PX = 16;
const GAP_PX = 8;
const SLANT = (38 * Math.PI) / 180;
const SLANTED_PX = 110;

/** Everything about the axes that lies below the series. */
export function paintAxes(frame) {
  return [...paintTicks(frame), ...paintBase(frame), ...paintCategories(frame), ...paintTitles(frame)];
}

/** The axes that have series: {LEFT: {scale, write, labels}, RIGHT: ...}. A bar chart's lies at the bottom. */
export function sidesOf({ series, axes, isFlat, stack }, spans, size, locale) {
  const sides = {};
  for (const side of ["LEFT", "RIGHT"]) {
    const own = series.map((each, at) => at).filter((at) => (isFlat ? side === "LEFT" : series[at].side === side));
    if (!own.length) continue;
    const asked = axes[isFlat ? "BOTTOM" : side];
    const length = isFlat ? size.width / 1.8 : size.height;
    const scale = scaleOf(own.map((at) => spans[at]), own.every((at) => series[at].type === "LINE"), asked, Math.max(2, Math.min(6, Math.round(length / TICK_PX))));
    const like = own.map((at) => series[at].texts.find((_, row) => series[at].values[row] !== null)).find(Boolean) ?? "";
    const write = writerLike(stack === "PERCENT_STACKED" ? "0%" : like, scale.step, locale);
    sides[side] = { scale, labels: scale.ticks.map(write), title: asked?.title ?? "" };
  }
  return sides;
}

/** Where the axes leave room for the figures, and how the categories are written. */
export function roomFor({ domain, axes, isFlat }, sides, size, width) {
  const widest = (texts) => Math.max(0, ...texts.map(width));
  const titlePx = (text) => (text ? LINE_PX + 4 : 0);
  const { LEFT, RIGHT } = sides;
  if (isFlat) {
    const left = Math.min(widest(domain), size.width * 0.35) + GAP_PX + titlePx(axes.LEFT.title);
    const right = Math.max(12, width(LEFT?.labels.at(-1) ?? "") / 2 + 2);
    const bottom = LINE_PX + 6 + titlePx(axes.BOTTOM.title);
    return { left, top: 4, width: Math.max(10, size.width - left - right), height: Math.max(10, size.height - bottom - 4) };
  }
  const ticksPx = widest(LEFT?.labels ?? []) + GAP_PX + titlePx(axes.LEFT.title) + (LEFT ? 0 : 12);
  const right = RIGHT ? widest(RIGHT.labels) + GAP_PX + titlePx(axes.RIGHT.title) : 12;
  const writing = writingOf(domain, (size.width - ticksPx - right) / Math.max(1, domain.length), widest(domain));
  const slantedPx = Math.min(SLANTED_PX, widest(domain));
  // The first slanted name hangs out to the left.
  const left = writing.isSlanted ? Math.max(ticksPx, Math.min(width(domain[0]), SLANTED_PX) * Math.cos(SLANT) - 10) : ticksPx;
  const bottom = (writing.isSlanted ? slantedPx * Math.sin(SLANT) + LINE_PX : LINE_PX + 6) + titlePx(axes.BOTTOM.title);
  return { left, top: 10, width: Math.max(10, size.width - left - right), height: Math.max(10, size.height - bottom - 10), writing };
}

/** Names are slanted when they are too wide; dates and numbers follow an order, so some can be left out. */
function writingOf(domain, bandPx, widestPx) {
  const every = Math.max(1, Math.ceil((widestPx + 14) / bandPx));
  const isOrdered = domain.every((text) => text === "" || /\d/.test(text[0]) || /\d$/.test(text));
  return every > 1 && !isOrdered && bandPx >= LINE_PX ? { every: 1, isSlanted: true } : { every, isSlanted: false };
}

function paintTicks({ sides, place, figures, room }) {
  return Object.entries(sides).flatMap(([side, { scale, labels }], nth) => scale.ticks.flatMap((tick, at) => {
    const up = scale.share(tick);
    const [x, y] = place(side === "RIGHT" ? 1 : 0, up);
    const rule = nth === 0 ? [stroke("rule", place(0, up), place(1, up))] : [];
    if (figures.isFlat) return [...rule, caption(labels[at], [x, room.top + room.height + LINE_PX], "middle", { class: "tick" })];
    const text = side === "RIGHT" ? caption(labels[at], [x + GAP_PX, y + 4], "start", { class: "tick" }) : caption(labels[at], [x - GAP_PX, y + 4], "end", { class: "tick" });
    return [...rule, text];
  }));
}

function paintCategories({ figures, place, along, room, size, width }) {
  const { domain, isFlat } = figures;
  const attributes = { class: "category" };
  if (isFlat) {
    const every = Math.max(1, Math.ceil((LINE_PX * domain.length) / room.height));
    const most = size.width * 0.35;
    return shownOf(domain, every).map((at) => caption(fitting(domain[at], most, width), [room.left - GAP_PX, place(along(at), 0)[1] + 4], "end", attributes));
  }
  const y = room.top + room.height + LINE_PX;
  if (room.writing.isSlanted) {
    return domain.map((text, at) => {
      const x = tidy(place(along(at), 0)[0] + 4);
      return caption(fitting(text, SLANTED_PX, width), [x, y - 3], "end", { ...attributes, transform: `rotate(${tidy((-SLANT * 180) / Math.PI)} ${x} ${tidy(y - 3)})` });
    });
  }
  return shownOf(domain, room.writing.every).map((at) => {
    const half = width(domain[at]) / 2;
    return caption(domain[at], [Math.max(half, Math.min(place(along(at), 0)[0], size.width - half)), y], "middle", attributes);
  });
}

function shownOf(domain, every) {
  return domain.map((_, at) => at).filter((at) => at % every === 0);
}

function paintTitles({ figures: { axes }, sides, room, size }) {
  const middleY = room.top + room.height / 2;
  const upright = (text, x) => caption(text, [x, middleY], "middle", { class: "axis-title", transform: `rotate(-90 ${tidy(x)} ${tidy(middleY)})` });
  return [
    ...(axes.BOTTOM.title ? [caption(axes.BOTTOM.title, [room.left + room.width / 2, size.height - 4], "middle", { class: "axis-title" })] : []),
    ...(axes.LEFT.title ? [upright(axes.LEFT.title, 12)] : []),
    ...(sides.RIGHT?.title ? [upright(sides.RIGHT.title, size.width - 4)] : []),
  ];
}

function paintBase({ sides, place }) {
  const { scale } = sides.LEFT ?? sides.RIGHT ?? {};
  if (!scale) return [];
  const up = scale.share(0);
  return up >= 0 && up <= 1 ? [stroke("base", place(0, up), place(1, up))] : [];
}
