// The series of a plot as SVG: columns and bars, lines, and areas. A figure that is unknown is a gap.
//
// `frame` is what plot.js made of the figures: {figures, spans, sides, room, count, place, along}.

import { box, shape, through, tidy } from "./shapes.js";

const BAR_PX = 56;
const BARS_SHARE = 0.72;
/** Points are marked while they are at least this far apart. */
const POINT_ROOM_PX = 20;

/** Every series, each a group with its name: areas below, then columns, lines on top. */
export function paintSeries(frame) {
  return [...paintEach(frame, "AREA", area), ...paintBars(frame), ...paintEach(frame, "LINE", line)];
}

function paintEach(frame, type, paint) {
  return frame.figures.series.flatMap((each, nth) => (each.type === type ? [group(each, paint(frame, each, nth))] : []));
}

function paintBars(frame) {
  const { figures, spans, count, place, room } = frame;
  const isStacked = figures.stack === "STACKED" || figures.stack === "PERCENT_STACKED";
  const own = figures.series.map((each, at) => at).filter((at) => ["COLUMN", "BAR"].includes(figures.series[at].type));
  const beside = isStacked ? 1 : Math.max(1, own.length);
  const band = (figures.isFlat ? room.height : room.width) / count;
  const thick = Math.min((band * BARS_SHARE) / beside, BAR_PX) / band;
  return own.map((nth, order) => group(figures.series[nth], spans[nth].flatMap((span, at) => {
    if (!span) return [];
    const start = at + 0.5 + (isStacked ? -0.5 : order - beside / 2) * thick;
    const [from, to] = span.map((value) => upOf(frame, nth, value));
    const gap = beside > 1 ? thick * 0.06 : 0;
    const ends = [place((start + gap) / count, from), place((start + thick - gap) / count, to)];
    return [box(...ends, { class: isStacked ? "column pile" : "column", rx: isStacked ? 0 : 1.5, fill: figures.series[nth].colour })];
  })));
}

function group(series, children) {
  const made = shape("g", { class: "series", "data-name": series.name });
  made.append(...children);
  return made;
}

function upOf({ sides, figures }, nth, value) {
  const { scale } = sides[figures.isFlat ? "LEFT" : figures.series[nth].side];
  return Math.max(0, Math.min(1, scale.share(value)));
}

/** The known places of a series as runs of neighbours; an unknown figure is a gap unless those are joined. */
function runsOf({ spans, figures: { isJoined } }, nth) {
  const runs = [];
  let isOpen = false;
  spans[nth].forEach((span, at) => {
    if (span && isOpen) runs.at(-1).push(at);
    else if (span) runs.push([at]);
    isOpen = Boolean(span) || (isJoined && isOpen);
  });
  return runs;
}

function line(frame, series, nth) {
  const { spans, place, along, count, room } = frame;
  const point = (at) => place(along(at), upOf(frame, nth, spans[nth][at][1]));
  const drawn = [];
  for (const run of runsOf(frame, nth)) {
    const dash = series.dash ? { "stroke-dasharray": series.dash } : {};
    if (run.length > 1) drawn.push(shape("path", { class: "line", d: through(run.map(point)), stroke: series.colour, "stroke-width": series.widthPx, ...dash }));
    if (run.length > 1 && room.width / count < POINT_ROOM_PX) continue;
    for (const at of run) drawn.push(dot(point(at), series.colour));
  }
  return drawn;
}

function dot([x, y], fill) {
  return shape("circle", { class: "point", cx: tidy(x), cy: tidy(y), r: 3, fill });
}

function area(frame, series, nth) {
  const { spans, place, along } = frame;
  const end = (which) => (at) => place(along(at), upOf(frame, nth, spans[nth][at][which]));
  return runsOf(frame, nth).flatMap((run) => {
    const top = run.map(end(1));
    if (run.length === 1) return [dot(top[0], series.colour)];
    const outline = `${through([...top, ...run.map(end(0)).reverse()])}Z`;
    return [
      shape("path", { class: "area", d: outline, fill: series.colour }),
      shape("path", { class: "line", d: through(top), stroke: series.colour, "stroke-width": series.widthPx }),
    ];
  });
}
