// The buttons above the grid and their menus, which the context menu repeats.

import { element, letters } from "./format.js";
import { openMenu } from "./menu.js";
import { rulesOf } from "./sift.js";
import { words } from "./words.js";

const PALETTE = [
  ["#fff2cc", "#fce5cd", "#f4cccc", "#ead1dc", "#d9d2e9", "#cfe2f3", "#d0e0e3", "#d9ead3", "#eeeeee"],
  ["#ffe599", "#f9cb9c", "#ea9999", "#d5a6bd", "#b4a7d6", "#9fc5e8", "#a2c4c9", "#b6d7a8", "#cccccc"],
].flat();

/** The toolbar of a grid: `views` is {list(), current(), choose(view)} of the filter views. */
export class Toolbar {
  #desk;
  #actions;
  #views;
  #buttons = {};

  constructor(el, desk, actions, views) {
    this.#desk = desk;
    this.#actions = actions;
    this.#views = views;
    el.setAttribute("aria-label", words.tools);
    const make = (name, run, hasMenu = true) => {
      const button = element("button", `tool tool-${name}`, { type: "button", id: `tool-${name}`, title: words.toolHints[name] });
      if (hasMenu) Object.entries({ "aria-haspopup": "menu", "aria-expanded": "false" }).forEach(([key, value]) => button.setAttribute(key, value));
      button.append(element("span", "glyph", { "aria-hidden": "true" }), element("span", "label", {}, words.toolNames[name]));
      button.addEventListener("click", run);
      this.#buttons[name] = button;
      return button;
    };
    const menu = (name, items) => make(name, () => this.#open(this.#buttons[name], items()));
    el.append(
      menu("colour", () => this.#colours()), make("bold", () => { actions.bold(); this.#back(); }, false), line(),
      menu("sort", () => this.#sorts()), menu("insert", () => this.#inserts()), menu("delete", () => this.#deletes()), line(),
      menu("view", () => this.#viewItems()),
    );
    el.addEventListener("keydown", (event) => roam(event, el));
    [...el.querySelectorAll("button")].forEach((button, at) => button.setAttribute("tabindex", at ? "-1" : "0"));
  }

  #back() { this.#desk.grid.takeFocus(); }

  #open(owner, items, point) {
    openMenu(owner, items, () => this.#back(), point);
  }

  /** Open the menu of what can be done to the selection at a point of the screen. */
  openAt(owner, point) {
    this.#open(owner, [...this.#sorts(), null, ...this.#inserts(), null, ...this.#deletes()], point);
  }

  /** Show what is on: bold, and the name of the filter view. */
  show(cell) {
    this.#buttons.bold.setAttribute("aria-pressed", String(Boolean(cell?.effectiveFormat?.textFormat?.bold)));
    const view = this.#views.current();
    this.#buttons.view.classList.toggle("on", Boolean(view));
    this.#buttons.view.querySelector(".label").textContent = view ? view.title ?? "" : words.toolNames.view;
  }

  #colours() {
    const none = { label: words.noColour, run: () => this.#actions.colour(null) };
    return [none, ...PALETTE.map((hex, at) => ({ label: words.colours[at], colour: hex, run: () => this.#actions.colour(hex) }))];
  }

  #sorts() {
    const { anchor, selection, layout } = this.#desk.grid;
    const run = this.#desk.columnName(anchor.column);
    const several = selection.endRow - selection.row > 1 && selection.endRow - selection.row < layout.rows.count - layout.frozenRows;
    const item = (label, descending, whole) => ({ label, run: () => this.#actions.sort(descending, whole) });
    return [
      item(words.sortUp(run), false, true), item(words.sortDown(run), true, true),
      ...(several ? [item(words.sortPartUp(run), false, false), item(words.sortPartDown(run), true, false)] : []),
    ];
  }

  #inserts() {
    const { row, endRow, column, endColumn } = this.#desk.grid.selection;
    const { rows, columns } = this.#desk.grid.layout;
    const [down, across] = [endRow - row, endColumn - column];
    const item = (label, run, disabled) => ({ label, run, disabled });
    return [
      item(words.insertAbove(down), () => this.#actions.insertRows(-1), down === rows.count),
      item(words.insertBelow(down), () => this.#actions.insertRows(1), down === rows.count),
      item(words.insertLeft(across), () => this.#actions.insertColumns(-1), across === columns.count),
      item(words.insertRight(across), () => this.#actions.insertColumns(1), across === columns.count),
    ];
  }

  #deletes() {
    const { row, endRow, column, endColumn } = this.#desk.grid.selection;
    const { rows, columns } = this.#desk.grid.layout;
    return [
      { label: words.clearCells, run: () => this.#actions.clear() },
      { label: words.deleteItem(words.theRows(row + 1, endRow)), run: () => this.#actions.deleteRows(), disabled: endRow - row === rows.count },
      {
        label: words.deleteItem(words.theColumns(column === endColumn - 1 ? letters(column) : `${letters(column)}-${letters(endColumn - 1)}`)),
        run: () => this.#actions.deleteColumns(), disabled: endColumn - column === columns.count,
      },
    ];
  }

  #viewItems() {
    const { list, current, choose } = this.#views;
    const on = current();
    const cell = this.#desk.cellText();
    const known = list().map((view) => ({
      label: view.title ?? "", checked: view.filterViewId === on?.filterViewId, run: () => choose(view), disabled: !rulesOf(view).length && !view.range,
    }));
    return [
      { label: words.noView, checked: !on, run: () => choose(null) }, ...known, null,
      { label: words.makeView(cell || words.blank), run: async () => { const made = await this.#actions.addView(); if (made) choose(made); } },
      ...(on ? [{ label: words.deleteView(on.title ?? ""), run: async () => { choose(null); await this.#actions.deleteView(on); } }] : []),
    ];
  }
}

function line() {
  return element("span", "divide", { "aria-hidden": "true" });
}

/** Arrows move along the toolbar, which is one stop for Tab. */
function roam(event, el) {
  const all = [...el.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "ArrowDown" && all[at]?.getAttribute("aria-haspopup")) all[at].click();
  else if (at >= 0 && to !== undefined) {
    const next = all[(to + all.length) % all.length];
    all.forEach((button) => button.setAttribute("tabindex", button === next ? "0" : "-1"));
    next.focus();
  } else return;
  event.preventDefault();
}
