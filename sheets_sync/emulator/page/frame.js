// A chart's frame: its title, its legend, the plot, and what the pointer is told about a category.

import { colour, element } from "./format.js";
import { pie, slicesOf } from "./pie.js";
import { plot } from "./plot.js";
import { words } from "./words.js";

const PLOT_FONT = "11px";
const LEGENDS = { RIGHT_LEGEND: "right", LABELED_LEGEND: "right", LEFT_LEGEND: "left", BOTTOM_LEGEND: "bottom", TOP_LEGEND: "top", NO_LEGEND: "none", NONE: "none" };

/** An empty frame for a chart: a picture that is called by its title. */
export function frameOf(chart) {
  const made = element("div", "chart", { role: "img", "data-chart": chart.chartId });
  // Otherwise a press would take the keyboard out of the grid.
  made.addEventListener("mousedown", (event) => event.preventDefault());
  return made;
}

/** Fill a frame: `figures` null for a type that is not drawn; `ruler`, `family` and `locale` as in plot.js. */
export function fillFrame(frame, { spec }, figures, { ruler, family, locale }) {
  frame.setAttribute("aria-label", spec.altText || spec.title || words.chart);
  frame.style.backgroundColor = colour(spec.backgroundColorStyle);
  const place = element("div", "plot-place");
  const legend = element("div", "legend");
  const middle = element("div", `chart-middle legend-${LEGENDS[legendOf(spec)] ?? "top"}`);
  middle.append(place, legend);
  frame.replaceChildren(...headOf(spec), middle);
  if (!figures || !hasFigures(figures)) {
    legend.remove();
    place.append(element("p", "chart-word", {}, figures ? words.chartEmpty : words.chartNotDrawn));
    return;
  }
  legend.append(...keysOf(figures));
  if (legend.childElementCount === 0 || middle.classList.contains("legend-none")) legend.remove();
  const size = { width: place.clientWidth, height: place.clientHeight };
  const drawn = figures.kind === "pie" ? pie(figures, size) : plot(figures, size, { width: (text) => ruler.width(text, `${PLOT_FONT} ${family}`), locale });
  const tip = element("div", "chart-tip");
  tip.hidden = true;
  place.append(drawn.svg, tip);
  listen(place, tip, figures, drawn);
}

function legendOf({ basicChart, pieChart }) {
  return (basicChart ?? pieChart)?.legendPosition;
}

function headOf({ title, subtitle, titleTextPosition }) {
  const stand = { CENTER: "middle-title", RIGHT: "end-title" }[titleTextPosition?.horizontalAlignment] ?? "";
  return [
    ...(title ? [element("p", `chart-title ${stand}`, {}, title)] : []),
    ...(subtitle ? [element("p", `chart-subtitle ${stand}`, {}, subtitle)] : []),
  ];
}

function hasFigures({ series }) {
  return series.some((each) => each.values.some((value) => value !== null));
}

function keysOf(figures) {
  const keys = figures.kind === "pie" ? slicesOf(figures).map((slice) => ({ ...slice, type: "COLUMN" })) : figures.series;
  return keys.map((each) => {
    const made = element("span", "key");
    made.append(swatch(each), element("span", "key-name", {}, each.name));
    return made;
  });
}

function swatch({ colour: ink, type, dash }) {
  const made = element("span", type === "LINE" ? "key-line" : "key-box");
  if (type === "LINE" && dash) made.style.borderTop = `2px dashed ${ink}`;
  else made.style.backgroundColor = ink;
  return made;
}

/** Tell the figures of the category under the pointer, as their cells show them. */
function listen(place, tip, figures, drawn) {
  let told = null;
  const tell = (at) => {
    if (at === told) return;
    told = at;
    drawn.guide(at);
    tip.hidden = at === null;
    if (at !== null) showTip(tip, place, figures, at, drawn.middleOf(at));
  };
  place.addEventListener("pointermove", (event) => {
    const outer = place.getBoundingClientRect();
    tell(drawn.categoryAt([event.clientX - outer.left, event.clientY - outer.top]));
  });
  place.addEventListener("pointerleave", () => tell(null));
}

function showTip(tip, place, figures, at, [x, y]) {
  const lines = figures.series.map((each) => {
    const made = element("p", "tip-line");
    made.append(swatch(each), element("span", "tip-name", {}, each.name), element("span", "tip-value", {}, each.texts[at] || "–"));
    return made;
  });
  tip.replaceChildren(element("p", "tip-title", {}, figures.domain[at]), ...lines);
  const isLeft = x + tip.offsetWidth + 14 > place.clientWidth;
  tip.style.left = `${Math.max(0, isLeft ? x - tip.offsetWidth - 12 : x + 12)}px`;
  tip.style.top = `${Math.max(0, Math.min(y - tip.offsetHeight / 2, place.clientHeight - tip.offsetHeight))}px`;
}
