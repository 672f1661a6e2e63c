// The axis of figures: which span it covers, where its ticks are, and how they are written.

import { LANGUAGE } from "./words.js";

const STEPS = [1, 2, 2.5, 5, 10];
/** A line's axis leaves zero out only when its figures lie further from zero than this share. */
const ZERO_SHARE = 0.6;

/** For each series its [from, to] at each category, stacked where the chart is; null where unknown. */
export function spansOf({ series, stack, domain }) {
  const isStacked = stack === "STACKED" || stack === "PERCENT_STACKED";
  const piles = new Map();
  return series.map((each) => domain.map((_, at) => {
    const value = each.values[at] ?? null;
    if (value === null) return null;
    if (!isStacked || each.type === "LINE") return [0, value];
    const share = stack === "PERCENT_STACKED" ? value / (totalAt(series, each, at) || 1) : value;
    const pile = `${each.type}/${each.side}/${at}/${share < 0}`;
    const from = piles.get(pile) ?? 0;
    piles.set(pile, from + share);
    return [from, from + share];
  }));
}

function totalAt(series, { type, side }, at) {
  const pile = series.filter((each) => each.type === type && each.side === side);
  return pile.reduce((sum, each) => sum + Math.abs(each.values[at] ?? 0), 0);
}

/** The scale of figures: {min, max, step, ticks, share(value)}; `asked` may fix its ends, `room` is about how many ticks. */
export function scaleOf(spans, isOfLines, asked, room) {
  const ends = spans.flat().filter(Boolean).map(([, to]) => to);
  let low = ends.reduce((least, end) => Math.min(least, end), Infinity);
  let high = ends.reduce((most, end) => Math.max(most, end), -Infinity);
  if (!ends.length) [low, high] = [0, 1];
  if (!isOfLines || low === high || Math.abs(low) < Math.abs(high) * ZERO_SHARE) low = Math.min(low, 0);
  if (!isOfLines || low === high || Math.abs(high) < Math.abs(low) * ZERO_SHARE) high = Math.max(high, 0);
  if (low === high) high = low + 1;
  low = asked?.min ?? low;
  high = asked?.max ?? high;
  if (high <= low) high = low + 1;
  const step = niceStep((high - low) / Math.max(1, room));
  const min = asked?.min ?? Math.floor(low / step + 1e-9) * step;
  const max = asked?.max ?? Math.ceil(high / step - 1e-9) * step;
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, at) => (first + at) * step);
  return { min, max, step, ticks, share: (value) => (value - min) / (max - min) };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return STEPS.find((each) => each * power >= rough * (1 - 1e-9)) * power;
}

/** How a tick is written: like a cell, with the same sign of percent or currency. `step` says how exactly. */
export function writerLike(text, step, locale) {
  const found = /^[-−(]?([^\d-−(]*)[-−]?\d[\d.,'\s]*?(\s*[^\d.,'\s)]{0,4})\)?$/.exec(text.trim()) ?? ["", "", ""];
  const [, before, after] = found;
  const scale = after.includes("%") ? 100 : 1;
  const number = new Intl.NumberFormat(known(locale), { minimumFractionDigits: digitsOf(step * scale), maximumFractionDigits: digitsOf(step * scale) });
  return (value) => {
    const written = number.format(Math.abs(value * scale));
    return `${value < 0 ? "−" : ""}${before}${written}${after}`;
  };
}

/** As many decimals as tell neighbouring ticks apart. */
function digitsOf(step) {
  let digits = 0;
  while (digits < 8 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
}

/** The spreadsheet's locale as browsers name it, else the reader's language. */
function known(locale = "") {
  try {
    return Intl.getCanonicalLocales(locale.replace("_", "-"))[0] ?? LANGUAGE;
  } catch {
    return LANGUAGE;
  }
}
