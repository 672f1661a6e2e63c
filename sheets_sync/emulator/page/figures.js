// What a chart shows: names, figures and colours, out of its spec and the cells it draws from.
// Nothing here touches the document. A cell without a number is null, which is unknown and never 0.

import { colour, letters } from "./format.js";

/** Colours that people with any kind of colour vision tell apart (Okabe and Ito). */
const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#7f7f7f", "#8c6bb1"];
const DRAWN = new Set(["LINE", "COLUMN", "BAR", "AREA"]);
const SHOWS_HIDDEN_ROWS = new Set(["SHOW_ALL", "SKIP_HIDDEN_COLUMNS"]);
const SHOWS_HIDDEN_COLUMNS = new Set(["SHOW_ALL", "SKIP_HIDDEN_ROWS"]);
const DASHES = { DOTTED: "1 4", MEDIUM_DASHED: "5 4", MEDIUM_DASHED_DOTTED: "6 3 1 3", LONG_DASHED: "10 5", LONG_DASHED_DOTTED: "10 4 1 4" };

/** Every range that a chart draws from, as Google's GridRange. */
export function rangesOf({ basicChart, pieChart }) {
  const parts = pieChart
    ? [pieChart.domain, pieChart.series]
    : [...(basicChart?.domains ?? []).map((each) => each.domain), ...(basicChart?.series ?? []).map((each) => each.series)];
  return parts.flatMap((part) => part?.sourceRange?.sources ?? []);
}

/**
 * The figures of a chart, or null when this page does not draw its type. `dataOf(range)` is the
 * GridData of a range.
 *
 * A pie is {kind: "pie", hole, domain, series: [one]}; every other chart {kind: "basic", isFlat, stack,
 * isJoined, domain, series, axes}. `domain` has the texts of the categories; a series is {name, type,
 * colour, dash, widthPx, side, values, texts}; `axes` has a {title, min, max} for BOTTOM, LEFT, RIGHT.
 */
export function figuresOf(spec, dataOf) {
  if (spec.pieChart) return pie(spec, dataOf);
  const { basicChart } = spec;
  const types = basicChart?.series?.map((each) => (basicChart.chartType === "COMBO" ? each.type ?? "LINE" : basicChart.chartType)) ?? [];
  if (!types.length || !types.every((type) => DRAWN.has(type))) return null;
  const read = (part) => lineOf(part, spec.hiddenDimensionStrategy, dataOf);
  const lines = basicChart.series.map((each) => read(each.series));
  const heads = basicChart.headerCount ?? guessedHeads(lines);
  const series = basicChart.series.map((each, at) => ({
    ...cutHeads(lines[at], heads, each.series),
    type: types[at], side: each.targetAxis === "RIGHT_AXIS" ? "RIGHT" : "LEFT",
    colour: inkOf(each) || PALETTE[at % PALETTE.length],
    dash: DASHES[each.lineStyle?.type] ?? "", widthPx: each.lineStyle?.width ?? 2,
  })).filter((each, at) => lines[at] !== null);
  return {
    kind: "basic", isFlat: basicChart.chartType === "BAR", stack: basicChart.stackedType ?? "", isJoined: Boolean(basicChart.interpolateNulls),
    series, domain: domainOf(read(basicChart.domains?.[0]?.domain), heads, series), axes: axesOf(basicChart),
  };
}

function pie(spec, dataOf) {
  const { domain, series, pieHole = 0 } = spec.pieChart;
  const read = (part) => lineOf(part, spec.hiddenDimensionStrategy, dataOf);
  const line = read(series);
  const heads = guessedHeads([line]);
  const only = { ...cutHeads(line, heads, series), colour: PALETTE[0] };
  return { kind: "pie", hole: pieHole, series: line ? [only] : [], domain: domainOf(read(domain), heads, [only]) };
}

/** The colour of part `at` where a chart colours its parts and not its series. */
export function partColour(at) {
  return PALETTE[at % PALETTE.length];
}

function inkOf({ colorStyle, color }) {
  return colour(colorStyle ?? (color && { rgbColor: color }));
}

/** The cells of a row or column that a chart draws from, hidden ones left out; null when it is hidden itself. */
function lineOf(part, strategy, dataOf) {
  const sources = part?.sourceRange?.sources ?? [];
  const runs = sources.map((range) => runOf(dataOf(range), strategy));
  return runs.length && runs.every((run) => run === null) ? null : runs.flatMap((run) => run ?? []);
}

function runOf(data, strategy) {
  const { rowMetadata: rows = [], columnMetadata: columns = [], rowData = [] } = data ?? {};
  const isHidden = { row: (at) => !SHOWS_HIDDEN_ROWS.has(strategy) && (rows[at]?.hiddenByUser || rows[at]?.hiddenByFilter), column: (at) => !SHOWS_HIDDEN_COLUMNS.has(strategy) && columns[at]?.hiddenByUser };
  const isAcross = rows.length === 1 && columns.length > 1;
  const [own, other] = isAcross ? ["row", "column"] : ["column", "row"];
  if (isHidden[own](0)) return null;
  const cell = (at) => (isAcross ? rowData[0]?.values?.[at] : rowData[at]?.values?.[0]) ?? {};
  return (isAcross ? columns : rows).map((_, at) => at).filter((at) => !isHidden[other](at))
    .map((at) => ({ text: cell(at).formattedValue ?? "", value: cell(at).effectiveValue?.numberValue ?? null }));
}

/** One heading when every series begins with a text, as Sheets guesses it. */
function guessedHeads(lines) {
  const firsts = lines.filter(Boolean).map((line) => line[0]);
  return firsts.length && firsts.every((first) => first?.text && first.value === null) ? 1 : 0;
}

function cutHeads(line, heads, part) {
  const cells = line ?? [];
  const name = cells.slice(0, heads).map((cell) => cell.text).filter(Boolean).join(" ");
  const body = cells.slice(heads);
  return {
    name: name || letters(part?.sourceRange?.sources?.[0]?.startColumnIndex ?? 0),
    values: body.map((cell) => cell.value), texts: body.map((cell) => cell.text),
  };
}

/** The categories, up to the last one that has a name or a figure: ranges may reach past what is filled. */
function domainOf(line, heads, series) {
  const texts = (line ?? []).slice(heads).map((cell) => cell.text);
  let count = Math.max(texts.length, ...series.map((each) => each.values.length), 0);
  while (count && !texts[count - 1] && series.every((each) => (each.values[count - 1] ?? null) === null)) count -= 1;
  return Array.from({ length: count }, (_, at) => texts[at] ?? "");
}

function axesOf({ axis = [] }) {
  const axes = { BOTTOM: {}, LEFT: {}, RIGHT: {} };
  for (const { position = "", title = "", viewWindowOptions: view = {} } of axis) {
    axes[position.replace("_AXIS", "")] = { title, min: view.viewWindowMin, max: view.viewWindowMax };
  }
  return axes;
}
