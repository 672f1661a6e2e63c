// Rows of cells as elements: drawing one, letting text run on, and growing with wrapped or large text.

import { alignment, dress, element, font, kindOf, linePixels, wrapping } from "./format.js";
import { lane } from "./heads.js";
import { USUAL_ROW_PX } from "./layout.js";
import { words } from "./words.js";

const PADDING_PX = 7;
const AHEAD_ROWS = 8;

/** The rows that are in the document: the frozen ones in `head`, those that can be seen in `body`. */
export class DrawnRows {
  #scene;
  #places;
  #painter;
  #drawn = new Map();
  #fitted = new Map();

  constructor(scene, head, body) {
    this.#scene = scene;
    this.#places = { head, body };
    this.#painter = new RowPainter(scene);
  }

  /** A drawn row as {el, pin, cells}, or undefined. */
  at(row) { return this.#drawn.get(row); }

  /** All drawn rows with their indices. */
  all() { return this.#drawn; }

  /** Have every row measured anew. */
  refit() { this.#fitted.clear(); }

  /** Draw the rows that can be seen and some more, with the columns `across`; drop the others. */
  paint(seen, across) {
    const { rows, merges, pinnedRows } = this.#scene.layout;
    let first = Math.max(pinnedRows, seen.row - AHEAD_ROWS);
    const end = Math.min(rows.count, seen.endRow + AHEAD_ROWS);
    for (const merge of merges) {
      if (merge.row >= pinnedRows && merge.row < first && merge.endRow > first) first = merge.row;
    }
    const wanted = new Set([...range(0, pinnedRows), ...range(first, end)].filter((row) => rows.shown(row)));
    const fresh = { head: [], body: [] };
    for (const row of wanted) {
      const place = row < pinnedRows ? "head" : "body";
      const drawn = this.#draw(row, across);
      if (drawn.el.parentNode !== this.#places[place]) fresh[place].push(drawn.el);
    }
    for (const [row, drawn] of this.#drawn) {
      if (wanted.has(row)) continue;
      drawn.el.remove();
      this.#drawn.delete(row);
    }
    this.#places.head.append(...fresh.head);
    this.#places.body.append(...fresh.body);
    if (fresh.body.length) this.#inOrder();
  }

  #draw(row, across) {
    const { cells, layout } = this.#scene;
    const { edition, column, endColumn } = across;
    const known = `${cells.stamp(row, 0, layout.pinnedColumns)}/${cells.stamp(row, column, endColumn)}`;
    const key = `${edition}:${column}:${endColumn}:${known}`;
    let drawn = this.#drawn.get(row);
    if (drawn?.key === key) return drawn;
    drawn ??= this.#painter.make(row);
    this.#drawn.set(row, drawn);
    drawn.key = key;
    this.#painter.fill(drawn, row, across);
    return drawn;
  }

  /** Rows stand in the document in their order, for those who read the document. */
  #inOrder() {
    const { body } = this.#places;
    let before = null;
    for (const row of [...this.#drawn.keys()].filter((at) => at >= this.#scene.layout.pinnedRows).sort((a, b) => b - a)) {
      const { el } = this.#drawn.get(row);
      if (el.nextSibling !== before) body.insertBefore(el, before);
      before = el;
    }
  }

  /**
   * Let rows of the usual height grow with wrapped text, in `tall`: null when none did, else by how
   * much those grew that are scrolled out at the top.
   */
  fit(seen, tall, top) {
    const { layout, cells } = this.#scene;
    const { rows, columns, pinnedRows } = layout;
    let grown = null;
    for (const row of [...range(0, pinnedRows), ...range(seen.row, seen.endRow)]) {
      if (layout.givenPx(row) !== USUAL_ROW_PX) continue;
      const stamp = cells.stamp(row, 0, columns.count);
      if (this.#fitted.get(row) === stamp) continue;
      this.#fitted.set(row, stamp);
      const px = this.#painter.neededPx(row);
      const before = tall.get(row) ?? USUAL_ROW_PX;
      if (px === before) continue;
      grown ??= { above: 0 };
      if (row >= pinnedRows && rows.start(row + 1) - rows.start(pinnedRows) <= top) grown.above += px - before;
      tall.set(row, px);
    }
    return grown;
  }
}

function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

/**
 * Draws rows of one tab.
 *
 * `scene` has the layout, the store of cells, a ruler and the page's font family at each moment;
 * `scene.isWrong(cell)` says whether a cell holds what its dropdown does not offer.
 */
class RowPainter {
  #scene;

  constructor(scene) {
    this.#scene = scene;
  }

  /** An empty row: {el, pin, cells, key}. */
  make(row) {
    const drawn = { ...lane("row"), cells: new Map() };
    drawn.el.setAttribute("role", "row");
    drawn.el.setAttribute("aria-rowindex", String(row + 1));
    drawn.pin.setAttribute("role", "presentation");
    return drawn;
  }

  /** Fill a row with its number, its pinned cells and those from `column` up to `endColumn`. */
  fill(drawn, row, { column, endColumn }) {
    const { layout } = this.#scene;
    drawn.cells.clear();
    drawn.clear();
    drawn.el.style.top = `${layout.rows.start(row)}px`;
    drawn.el.style.height = `${layout.rows.size(row)}px`;
    drawn.pin.style.width = `${layout.numbersPx + layout.columns.start(layout.pinnedColumns)}px`;
    drawn.pin.append(this.#number(row));
    this.#cells(row, 0, layout.pinnedColumns, drawn.pin, drawn);
    drawn.pin.classList.toggle("reaches", layout.merges.some((merge) => merge.row === row && merge.endRow > row + 1 && merge.column < layout.pinnedColumns));
    this.#cells(row, column, endColumn, drawn.el, drawn);
  }

  /** The height that a row's wrapped and large texts need. */
  neededPx(row) {
    const { layout, cells, ruler, family } = this.#scene;
    let px = USUAL_ROW_PX;
    for (let column = 0; column < layout.columns.count; column += 1) {
      const cell = cells.get(row, column);
      if (!cell?.formattedValue || !layout.columns.shown(column) || layout.mergeAt(row, column)) continue;
      if (wrapping(cell) !== "wrap") {
        px = Math.max(px, linePixels(cell) + 4);
        continue;
      }
      const face = font(cell, family);
      const room = Math.max(8, layout.columns.size(column) - PADDING_PX);
      const lines = cell.formattedValue.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(ruler.width(line, face) / room)), 0);
      px = Math.max(px, lines * linePixels(cell) + 4);
    }
    return px;
  }

  #number(row) {
    const { rows, numbersPx } = this.#scene.layout;
    const number = element("div", "number", { "aria-hidden": "true" }, String(row + 1));
    number.style.width = `${numbersPx}px`;
    const next = rows.step(row, 1);
    const last = next === row ? rows.count : next;
    if (last - row > 1) {
      number.classList.add("gap-below");
      number.title = words.hiddenRows(last - row === 2 ? String(row + 2) : `${row + 2}-${last}`);
    }
    return number;
  }

  #cells(row, first, end, into, drawn) {
    const { layout, cells } = this.#scene;
    for (let column = first; column < end; column += 1) {
      if (!layout.columns.shown(column)) continue;
      const merge = layout.mergeAt(row, column);
      if (merge && (merge.row !== row || merge.column !== column)) continue;
      const cell = cells.get(row, column);
      const el = this.#cell(row, column, cell, merge);
      if (!merge && cell) this.#spill(row, column, end, cell, el);
      if (cell) this.#guard(cell, el, merge ? layout.columns.size(column, merge.endColumn) : layout.columns.size(column));
      drawn.cells.set(column, el);
      into.append(el);
    }
  }

  #cell(row, column, cell, merge) {
    const { layout, cells, isWrong } = this.#scene;
    const role = row < layout.frozenRows ? "columnheader" : "gridcell";
    const el = element("div", "cell", { role, id: `cell-${row}-${column}`, "aria-colindex": column + 1 });
    el.style.left = `${layout.numbersPx + layout.columns.start(column)}px`;
    el.style.width = `${merge ? layout.columns.size(column, merge.endColumn) : layout.columns.size(column)}px`;
    if (merge) {
      el.style.height = `${layout.rows.size(row, merge.endRow)}px`;
      el.classList.add("merged");
      el.classList.toggle("crosses", column < layout.pinnedColumns && merge.endColumn > layout.pinnedColumns);
      el.setAttribute("aria-colspan", String(merge.endColumn - merge.column));
      el.setAttribute("aria-rowspan", String(merge.endRow - merge.row));
    }
    if (!cell) return el;
    dress(el, cell);
    if (this.#hasFilter(row, column)) el.append(element("span", "filter", { "aria-hidden": "true" }));
    if (cells.isFresh(row, column, performance.now())) el.classList.add("fresh");
    if (cell.pending) el.classList.add("pending");
    if (isWrong(cell)) {
      el.classList.add("wrong");
      el.setAttribute("aria-invalid", "true");
    }
    return el;
  }

  #hasFilter(row, column) {
    const range = this.#scene.layout.tab.basicFilter?.range;
    if (!range || row !== (range.startRowIndex ?? 0)) return false;
    return column >= (range.startColumnIndex ?? 0) && column < (range.endColumnIndex ?? Infinity);
  }

  /** Let a text run over the empty cells beside it, as spreadsheets do. */
  #spill(row, column, end, cell, el) {
    if (kindOf(cell) !== "text" || wrapping(cell) !== "overflow") return;
    if (alignment(cell) !== "left" || cell.formattedValue.includes("\n")) return;
    if (!this.#isFree(row, column + 1, end)) return;
    const { layout, ruler, family } = this.#scene;
    const needs = ruler.width(cell.formattedValue, font(cell, family)) + PADDING_PX;
    let last = column + 1;
    while (layout.columns.size(column, last) < needs && this.#isFree(row, last, end)) last += 1;
    if (last === column + 1) return;
    el.classList.add("spills");
    const text = el.querySelector(".text");
    text.style.minWidth = `${layout.columns.size(column, last) - PADDING_PX}px`;
    text.style.maxWidth = text.style.minWidth;
  }

  #isFree(row, column, end) {
    const { layout, cells } = this.#scene;
    return column < end && !layout.mergeAt(row, column) && cells.get(row, column) !== undefined
      && kindOf(cells.get(row, column)) === "empty";
  }

  /** A number that does not fit is not shown cut off, for it would read as another number. */
  #guard(cell, el, px) {
    if (kindOf(cell) !== "number" || wrapping(cell) === "wrap" || !cell.formattedValue) return;
    const { ruler, family } = this.#scene;
    if (ruler.width(cell.formattedValue, font(cell, family)) <= px - PADDING_PX + 0.5) return;
    el.querySelector(".text").textContent = "###";
    el.title = cell.formattedValue;
    el.setAttribute("aria-label", cell.formattedValue);
  }
}
