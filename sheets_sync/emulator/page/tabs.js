// The tabs below the grid: going to one, adding one and giving one another name.

import { colour, element } from "./format.js";
import { words } from "./words.js";

/** The row of tabs. `onAdd()` adds one, `onRename(sheetId, title)` renames, `onDone()` after renaming. */
export class Tabs {
  #el;
  #hooks;
  #key = "";
  #renaming = null;

  constructor(el, add, hooks) {
    this.#el = el;
    this.#hooks = hooks;
    add.addEventListener("click", () => hooks.onAdd());
    el.addEventListener("keydown", (event) => this.#keyed(event));
    el.addEventListener("dblclick", (event) => {
      const link = document.elementFromPoint(event.clientX, event.clientY)?.closest(".tab");
      if (link) this.#rename(link);
    });
  }

  /** Show the tabs of a spreadsheet and which one is open. */
  show(id, tabs, active) {
    const key = JSON.stringify([id, tabs.map((tab) => [tab.properties.sheetId, tab.properties.title, tab.properties.tabColorStyle]), active?.properties.sheetId]);
    if (this.#key === key || this.#renaming) return;
    this.#key = key;
    const focused = this.#el.contains(document.activeElement);
    this.#el.replaceChildren(...tabs.map((tab) => link(id, tab, tab === active)));
    const chosen = this.#el.querySelector("[aria-selected=true]");
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focused) chosen?.focus();
  }

  /** Show none. */
  clear() {
    this.#key = "";
    this.#renaming = null;
    this.#el.replaceChildren();
  }

  /** Put the keyboard on the open tab. */
  takeFocus() {
    this.#el.querySelector("[aria-selected=true]")?.focus();
  }

  /** Whether an element is one of the tabs. */
  holds(el) { return this.#el.contains(el); }

  #keyed(event) {
    const all = [...this.#el.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0) return;
    if (event.key === "F2") this.#rename(all[at]);
    else if (to !== undefined) all[Math.max(0, Math.min(to, all.length - 1))].focus();
    else return;
    event.preventDefault();
  }

  #rename(tab) {
    if (this.#renaming) return;
    const before = tab.dataset.title;
    const sheetId = Number(tab.dataset.sheet);
    const field = element("input", "tab-name", { type: "text", "aria-label": words.tabName, spellcheck: "false", maxlength: "100" });
    field.value = before;
    field.size = Math.max(6, before.length + 4);
    tab.replaceWith(field);
    this.#renaming = field;
    field.focus();
    field.select();
    const done = (title) => {
      if (this.#renaming !== field) return;
      this.#renaming = null;
      this.#key = "";
      if (title && title !== before) this.#hooks.onRename(sheetId, title);
      this.#hooks.onDone();
    };
    field.addEventListener("blur", () => done(field.value.trim()));
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Enter") done(field.value.trim());
      if (event.key === "Escape") done("");
    });
  }
}

function link(id, { properties: { sheetId, title, tabColorStyle } }, chosen) {
  const made = element("a", "tab", {
    role: "tab", href: `#${encodeURIComponent(id)}/${sheetId}`, "aria-selected": String(chosen), "aria-controls": "scroller",
    tabindex: chosen ? "0" : "-1", "data-sheet": sheetId, "data-title": title, title: words.renameHint,
  }, title);
  const ink = colour(tabColorStyle);
  if (ink) {
    const mark = element("span", "tab-colour");
    mark.style.backgroundColor = ink;
    made.append(mark);
  }
  return made;
}
