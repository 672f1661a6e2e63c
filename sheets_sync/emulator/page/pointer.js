// The pointer over the grid: pressing selects, dragging extends, a double click opens.

import { LETTERS_PX } from "./layout.js";

/**
 * Follows the pointer over a grid's scroller.
 *
 * Hooks: `onPress(place)` comes before a press selects and may stop it, `onOpen(place)` is a double
 * click, `onHint(null)` the pointer's leaving.
 */
export class Pointer {
  #grid;
  #scroller;
  #hooks;
  #dragging = null;

  constructor(grid, scroller, hooks) {
    this.#grid = grid;
    this.#scroller = scroller;
    this.#hooks = hooks;
    scroller.addEventListener("pointerdown", (event) => this.#press(event));
    scroller.addEventListener("mousedown", (event) => { if (this.under(event)) event.preventDefault(); });
    scroller.addEventListener("dblclick", (event) => {
      const place = this.under(event);
      if (place?.area === "cell") hooks.onOpen(place);
    });
    scroller.addEventListener("pointermove", (event) => this.#move(event));
    scroller.addEventListener("pointerleave", () => hooks.onHint(null));
    scroller.addEventListener("pointerup", () => { this.#dragging = null; });
    scroller.addEventListener("lostpointercapture", () => { this.#dragging = null; });
  }

  /** What is under the pointer: {row, column, area}, area one of cell, number, letter, corner; null over a chart. */
  under(event) {
    if (!this.#grid.isShown || event.target.closest?.(".chart")) return null;
    const { rows, columns, pinnedRows, pinnedColumns, numbersPx, topPx } = this.#grid.layout;
    const scroller = this.#scroller;
    const box = scroller.getBoundingClientRect();
    const x = event.clientX - box.left - numbersPx;
    const y = event.clientY - box.top - topPx;
    if (x > scroller.clientWidth - numbersPx || y > scroller.clientHeight - topPx) return null;
    if (y < -LETTERS_PX) return null;
    const column = columns.at(x < columns.start(pinnedColumns) ? x : x + scroller.scrollLeft);
    const row = rows.at(y < rows.start(pinnedRows) ? y : y + scroller.scrollTop);
    const area = y < 0 ? (x < 0 ? "corner" : "letter") : (x < 0 ? "number" : "cell");
    return { row, column, area };
  }

  #press(event) {
    const place = event.button === 0 || event.button === 2 ? this.under(event) : null;
    const grid = this.#grid;
    if (!place || !grid.layout.rows.count || !grid.layout.columns.count) return;
    event.preventDefault();
    if (!this.#hooks.onPress(place)) return;
    grid.takeFocus();
    if (event.button === 2 && this.#holds(place)) return;
    this.#dragging = place.area;
    this.#take(place, event.shiftKey);
    if (event.pointerType === "mouse" && event.button === 0) this.#scroller.setPointerCapture(event.pointerId);
    else this.#dragging = null;
  }

  /** Whether a press with the other button falls on what is selected already. */
  #holds({ row, column, area }) {
    const chosen = this.#grid.selection;
    const { rows, columns } = this.#grid.layout;
    const down = area === "letter" ? chosen.endRow - chosen.row === rows.count : row >= chosen.row && row < chosen.endRow;
    const across = area === "number" ? chosen.endColumn - chosen.column === columns.count : column >= chosen.column && column < chosen.endColumn;
    return down && across;
  }

  #take({ row, column }, extend) {
    const grid = this.#grid;
    const [lastRow, lastColumn] = [grid.layout.rows.count - 1, grid.layout.columns.count - 1];
    const { anchor } = grid;
    if (this.#dragging === "cell") grid.select(row, column, { extend, reveal: extend });
    else if (this.#dragging === "corner") grid.selectAll();
    else if (this.#dragging === "letter") grid.span({ row: 0, column: extend ? anchor.column : column }, { row: lastRow, column });
    else grid.span({ row: extend ? anchor.row : row, column: 0 }, { row, column: lastColumn });
  }

  #move(event) {
    const place = this.under(event);
    const { focus } = this.#grid;
    if (this.#dragging && event.buttons === 1) {
      if (place && (place.row !== focus.row || place.column !== focus.column)) this.#take(place, true);
      return;
    }
    if (place?.area === "cell") this.#grid.hint(place.row, place.column);
    else this.#hooks.onHint(null);
  }
}
