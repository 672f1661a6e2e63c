// What a cell with a dropdown offers, and whether what it holds is among that.

import { readNamed } from "./api.js";
import { quoted } from "./format.js";

/** The choices of one tab's dropdowns; `onArrival()` says that those of a range have been read. */
export class Choices {
  #id;
  #title;
  #onArrival;
  #ranges = new Map();

  constructor(id, title, onArrival) {
    this.#id = id;
    this.#title = title;
    this.#onArrival = onArrival;
  }

  /** Whether a cell is a dropdown. */
  static has(cell) {
    return Boolean(cell?.dataValidation?.condition?.type?.startsWith("ONE_OF_"));
  }

  /** {texts, strict} of a dropdown; null for a cell without one; undefined texts while being read. */
  of(cell) {
    if (!Choices.has(cell)) return null;
    const { condition, strict = false } = cell.dataValidation;
    const given = (condition.values ?? []).map((value) => value.userEnteredValue ?? "");
    return { strict, texts: condition.type === "ONE_OF_RANGE" ? this.#range(given[0] ?? "") : given };
  }

  /** Whether a cell holds what its dropdown does not offer. */
  isWrong(cell) {
    const offered = this.of(cell)?.texts;
    return Boolean(offered && cell.formattedValue) && !offered.includes(cell.formattedValue);
  }

  /** Read the ranges anew when they are asked for again. */
  refresh(title) {
    this.#title = title;
    for (const range of this.#ranges.values()) range.old = true;
  }

  #range(formula) {
    const text = formula.replace(/^=/, "");
    const known = this.#ranges.get(text);
    if (!known || known.old) {
      this.#ranges.set(text, { texts: known?.texts });
      this.#read(text);
    }
    return known?.texts;
  }

  async #read(text) {
    const name = text.includes("!") ? text : `${quoted(this.#title)}!${text}`;
    try {
      const values = await readNamed(this.#id, name);
      const texts = [...new Set(values.flat().filter((value) => value !== ""))];
      const before = this.#ranges.get(text)?.texts;
      this.#ranges.set(text, { texts });
      if (JSON.stringify(before) !== JSON.stringify(texts)) this.#onArrival();
    } catch {
      this.#ranges.set(text, { texts: this.#ranges.get(text)?.texts, old: true });
    }
  }
}
