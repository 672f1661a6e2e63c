// What keys, clicks and the clipboard do in the grid besides moving and typing.

import { readValues } from "./api.js";
import { Choices } from "./choices.js";
import { fromText, toText } from "./clipboard.js";
import { insideLink, isCheckbox, kindOf, safeLink } from "./format.js";
import { followLink, showHint } from "./hint.js";
import { remember } from "./identity.js";

/** A second press within this time makes a double click, which opens the cell instead of its link. */
const DOUBLE_MS = 220;

/**
 * The hands of the person: `desk` as in Actions, with `editor`, `actions`, `tools`, `tabs` and the
 * elements `entry`, `hint`, `toolbar` of the page.
 */
export class Hands {
  #desk;
  #pressed = null;
  #following = 0;

  constructor(desk) {
    this.#desk = desk;
  }

  #selected() {
    const { here, grid } = this.#desk;
    return here().cells?.get(grid.anchor.row, grid.anchor.column);
  }

  /** Hand in what was typed before another cell is pressed; false when it cannot be taken. */
  pressed(place) {
    const { editor, here } = this.#desk;
    if (editor.edit && !editor.commit(null)) return false;
    clearTimeout(this.#following);
    this.#pressed = place.area === "cell" ? place : null;
    return true;
  }

  /** A click on the mark of a dropdown opens its list, on a checkbox it ticks, on the text of a link inside it goes there. */
  clicked(event) {
    const { grid, editor, here } = this.#desk;
    const place = grid.pointer.under(event);
    if (!place) return;
    if (event.ctrlKey || event.metaKey) {
      followLink(here().id, here().cells?.get(grid.focus.row, grid.focus.column));
      return;
    }
    const isDrag = place.row !== this.#pressed?.row || place.column !== this.#pressed?.column;
    if (place.area !== "cell" || event.shiftKey || isDrag) return;
    const cell = this.#selected();
    const box = grid.boxOf(place.row, place.column);
    const text = document.getElementById(`cell-${grid.anchor.row}-${grid.anchor.column}`)?.querySelector(".text")?.getBoundingClientRect();
    const x = event.clientX - box.left;
    if (Choices.has(cell) && x > box.width - 20 && x <= box.width) editor.openList();
    else if (text && isCheckbox(cell) && Math.abs(event.clientX - (text.left + text.right) / 2) < 10) this.#tick();
    else if (text && isOver(event, text) && insideLink(safeLink(cell))) this.#follow(here().id, cell);
  }

  #follow(id, cell) {
    this.#following = setTimeout(() => { if (!this.#desk.editor.edit && this.#desk.here().id === id) followLink(id, cell); }, DOUBLE_MS);
  }

  /** Tick or untick the selected cell when it is a checkbox. */
  #tick() {
    const { grid, here, write } = this.#desk;
    const cell = this.#selected();
    if (!isCheckbox(cell)) return false;
    const on = kindOf(cell) === "bool" && cell.effectiveValue.boolValue;
    const { row, column } = grid.anchor;
    write({ row, column, seen: remember(here().cells, here().tab, row, column) }, on ? "FALSE" : "TRUE");
    return true;
  }

  /** Keys in the grid besides those that move: whether the key meant something. */
  key(event) {
    const { here, grid, actions, hint } = this.#desk;
    const { key } = event;
    const far = event.ctrlKey || event.metaKey;
    if (!here().cells) return false;
    if (key === "Delete" || key === "Backspace") actions.clear();
    else if (key === "Enter" && far) followLink(here().id, here().cells.get(grid.focus.row, grid.focus.column));
    else if (far && key.toLowerCase() === "b") actions.bold();
    else if (key === " " && !far && !event.shiftKey) return this.#tick();
    else if (key === "F10" && event.shiftKey) this.#menu();
    else if (key === "Escape") {
      grid.select(grid.anchor.row, grid.anchor.column);
      showHint(hint, null);
    } else return false;
    return true;
  }

  #menu() {
    const { grid, tools, entry } = this.#desk;
    const box = grid.boxOf(grid.anchor.row, grid.anchor.column);
    tools.openAt(entry, { x: box.left + 12, y: box.top + box.height });
  }

  /** The other button opens the menu of what is selected. */
  contextMenu(event) {
    const { grid, editor, tools, entry } = this.#desk;
    if (!grid.pointer.under(event) || editor.edit) return;
    event.preventDefault();
    tools.openAt(entry, { x: event.clientX, y: event.clientY });
  }

  /** F6 goes round the parts of the page: grid, tabs, toolbar. */
  round(event) {
    const { grid, entry, tabs, toolbar, here } = this.#desk;
    if (event.key !== "F6" || !here().id) return;
    event.preventDefault();
    const at = document.activeElement;
    if (at === entry) tabs.takeFocus();
    else if (toolbar.contains(at) || !tabs.holds(at)) grid.takeFocus();
    else toolbar.querySelector("[tabindex='0']").focus();
  }

  #isInGrid() {
    const { here, entry, editor } = this.#desk;
    return Boolean(here().cells) && document.activeElement === entry && !editor.edit;
  }

  /** Copy or cut the selected cells as text. */
  async copy(event) {
    if (!this.#isInGrid()) return;
    event.preventDefault();
    const { here, grid, actions } = this.#desk;
    const area = grid.selection;
    const known = this.#knownText(area);
    if (known === null) {
      const { id, tab, stop } = here();
      const values = await readValues(id, tab.properties.title, area, "FORMATTED_VALUE", stop.signal).catch(() => null);
      if (values) await navigator.clipboard.writeText(toText(values));
    } else {
      event.clipboardData.setData("text/plain", known);
    }
    if (event.type === "cut") actions.clear();
  }

  /** The selection as tab-separated text, or null when part of it has not been read. */
  #knownText(area) {
    const { grid, here } = this.#desk;
    const lines = [];
    for (let row = area.row; row < area.endRow; row += 1) {
      const line = [];
      for (let column = area.column; column < area.endColumn; column += 1) {
        const cell = here().cells.get(row, column);
        if (!cell) return null;
        line.push(cell.formattedValue ?? "");
      }
      if (grid.layout.rows.shown(row)) lines.push(line);
    }
    return toText(lines);
  }

  /** Paste a table as if typed. */
  paste(event) {
    if (!this.#isInGrid()) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (text) this.#desk.actions.paste(fromText(text));
  }
}

function isOver({ clientX, clientY }, box) {
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
}
