// Which rows a filter view hides, worked out here: the server says so only for the basic filter,
// since a filter view is a way of looking that concerns nobody else.

import { readValues } from "./api.js";
import { words } from "./words.js";

const NUMBERS = {
  NUMBER_GREATER: (value, a) => value > a,
  NUMBER_GREATER_THAN_EQ: (value, a) => value >= a,
  NUMBER_LESS: (value, a) => value < a,
  NUMBER_LESS_THAN_EQ: (value, a) => value <= a,
  NUMBER_EQ: (value, a) => value === a,
  NUMBER_NOT_EQ: (value, a) => value !== a,
  NUMBER_BETWEEN: (value, a, b) => value >= a && value <= b,
  NUMBER_NOT_BETWEEN: (value, a, b) => value < a || value > b,
};
const TEXTS = {
  TEXT_CONTAINS: (text, a) => text.includes(a),
  TEXT_NOT_CONTAINS: (text, a) => !text.includes(a),
  TEXT_STARTS_WITH: (text, a) => text.startsWith(a),
  TEXT_ENDS_WITH: (text, a) => text.endsWith(a),
  TEXT_EQ: (text, a) => text === a,
  TEXT_NOT_EQ: (text, a) => text !== a,
  BLANK: (text) => text === "",
  NOT_BLANK: (text) => text !== "",
};

/** The rules of a filter view or basic filter: [[column, FilterCriteria], ...]. */
export function rulesOf(view) {
  const rules = new Map(Object.entries(view.criteria ?? {}).map(([column, rule]) => [Number(column), rule]));
  for (const spec of view.filterSpecs ?? []) {
    if (spec.filterCriteria) rules.set(spec.columnIndex ?? 0, spec.filterCriteria);
  }
  return [...rules];
}

/** Whether a rule can be worked out here. */
export function isKnown({ condition, visibleBackgroundColor, visibleForegroundColor, visibleBackgroundColorStyle, visibleForegroundColorStyle }) {
  if (visibleBackgroundColor || visibleForegroundColor || visibleBackgroundColorStyle || visibleForegroundColorStyle) return false;
  if (!condition) return true;
  const given = condition.values ?? [];
  const plain = given.every((value) => !(value.userEnteredValue ?? "").startsWith("=") && !value.relativeDate);
  return plain && (condition.type in NUMBERS || condition.type in TEXTS);
}

/** Whether a rule shows a cell, by its text and its value. */
export function shows(rule, text, value) {
  if (rule.hiddenValues?.includes(text)) return false;
  if (!rule.condition) return true;
  const given = (rule.condition.values ?? []).map((each) => each.userEnteredValue ?? "");
  const ofNumber = NUMBERS[rule.condition.type];
  if (ofNumber) return typeof value === "number" && ofNumber(value, ...given.map(asNumber));
  return TEXTS[rule.condition.type](text.toLowerCase(), ...given.map((each) => each.toLowerCase()));
}

function asNumber(text) {
  return text.trim().endsWith("%") ? Number(text.trim().slice(0, -1)) / 100 : Number(text);
}

/** The rows that a view hides, and whether every rule could be worked out: {hidden, whole}. */
export async function siftedBy(id, tab, view, signal) {
  const { title, gridProperties } = tab.properties;
  const rules = rulesOf(view);
  const first = (view.range?.startRowIndex ?? 0) + 1;
  const endRow = Math.min(view.range?.endRowIndex ?? gridProperties.rowCount, gridProperties.rowCount);
  const hidden = new Set();
  for (const [column, rule] of rules.filter(([, each]) => isKnown(each))) {
    const area = { row: first, endRow, column, endColumn: column + 1 };
    if (endRow <= first) break;
    const [texts, values] = await Promise.all(["FORMATTED_VALUE", "UNFORMATTED_VALUE"].map((option) => readValues(id, title, area, option, signal)));
    for (let row = first; row < endRow; row += 1) {
      const at = row - first;
      if (!shows(rule, String(texts[at]?.[0] ?? ""), values[at]?.[0] ?? "")) hidden.add(row);
    }
  }
  return { hidden, whole: rules.every(([, rule]) => isKnown(rule)) && !view.sortSpecs?.length };
}

/**
 * The filter view that the person looks through.
 *
 * Hooks: `here()` is {id, tab, stop}, `show(hidden)` hides rows, `say(text, loud)`,
 * `onChange()` after each working out, `onChosen()` after the person chose.
 */
export class Sieve {
  #hooks;
  #key = "";
  #told = null;
  #isKept = false;
  view = null;

  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Look through no view, as a newly opened tab does. */
  forget() {
    this.view = null;
    this.#key = "";
    this.#told = null;
  }

  /** Look through a view, or through none. */
  async choose(view) {
    this.view = view;
    this.#isKept = false;
    await this.#apply();
    this.#hooks.onChosen();
    this.#hooks.say(view ? words.viewOn(view.title ?? "") : words.viewOff);
  }

  /** Work the view out anew after the spreadsheet changed; one that was deleted is left. */
  async refresh() {
    if (!this.view) return;
    const known = this.#hooks.here().tab.filterViews ?? [];
    const kept = known.find((each) => each.filterViewId === this.view.filterViewId);
    // A view that was just made may be newer than what was read; one that was there and is not was deleted.
    if (kept || this.#isKept) this.view = kept ?? null;
    this.#isKept = Boolean(kept);
    await this.#apply();
  }

  async #apply() {
    const { here, show, say, onChange } = this.#hooks;
    const mine = here();
    const { view } = this;
    const { hidden, whole } = view ? await siftedBy(mine.id, mine.tab, view, mine.stop.signal) : { hidden: new Set(), whole: true };
    if (mine !== here() || view !== this.view) return;
    if (!whole && this.#told !== view.filterViewId) say(words.viewPartly, true);
    this.#told = view?.filterViewId ?? null;
    const key = [...hidden].join();
    if (key !== this.#key) show(hidden);
    this.#key = key;
    onChange();
  }
}
