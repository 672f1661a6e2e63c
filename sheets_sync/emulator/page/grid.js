// One tab as a grid: frozen panes, virtual scrolling, selection, keyboard and notes.
//
// Every row is one element. Its number and its frozen cells sit in a "pin" that sticks to the left;
// frozen rows sit in a head that sticks to the top. Only what can be seen is in the document.
// Rows and columns are zero-based, ends exclusive; `x` and `y` count from the first cell's corner.

import { Ruler, alignment, dress, element, font, kindOf, letterRun, letters, safeLink, wrapping } from "./format.js";
import { words } from "./words.js";

const LETTERS_PX = 24;
const LEVEL_PX = 20;
const USUAL_ROW_PX = 21;
const USUAL_COLUMN_PX = 100;
const LINE_PX = 17;
const PADDING_PX = 7;
const AHEAD_ROWS = 8;
const AHEAD_PX = 320;
const PIN_SHARE = 0.7;

/** The places of rows or columns along one direction; hidden ones have the size 0. */
class Axis {
  constructor(sizes) {
    this.count = sizes.length;
    this.starts = new Float64Array(this.count + 1);
    sizes.forEach((size, at) => { this.starts[at + 1] = this.starts[at] + size; });
  }

  get total() { return this.starts[this.count]; }
  start(at) { return this.starts[Math.min(at, this.count)]; }
  size(at, end = at + 1) { return this.start(end) - this.start(at); }
  shown(at) { return this.size(at) > 0; }

  /** The visible item at a place. */
  at(place) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle + 1] > place) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, this.shown(low) ? low : this.near(low, -1));
  }

  /** The next visible item in a direction, or `at` itself at the edge. */
  step(at, by) {
    for (let next = at + by; next >= 0 && next < this.count; next += by) if (this.shown(next)) return next;
    return at;
  }

  /** `at` when visible, else the nearest visible one, looking in a direction first. */
  near(at, by) {
    if (this.shown(at)) return at;
    const found = this.step(at, by);
    return this.shown(found) ? found : this.step(at, -by);
  }
}

/**
 * The grid inside a scroller.
 *
 * `hooks.onSelect()` follows the selection, `hooks.onView(first, last)` the visible rows,
 * `hooks.onHint(cell, box)` the pointer and the selection (null where there is nothing to tell).
 */
export class Grid {
  #scroller;
  #grid;
  #hooks;
  #ruler = new Ruler();
  #family;
  #tab;
  #geometry;
  #cells;
  #folds = new Map();
  #tallRows = new Map();
  #fitted = new Map();
  #drawn = new Map();
  #edition = 0;
  #across = { column: 0, endColumn: 0 };
  #lettersKey = "";
  #due = 0;
  #dragging = null;

  constructor(scroller, hooks) {
    this.#scroller = scroller;
    this.#hooks = hooks;
    this.#family = getComputedStyle(scroller).fontFamily;
    this.anchor = { row: 0, column: 0 };
    this.focus = { row: 0, column: 0 };
    this.#build();
    this.#listen();
  }

  /** Show a tab: its structure, its geometry and the store of its cells; `view` as from `view`. */
  show(tab, geometry, cells, view) {
    this.canvas.hidden = false;
    this.#cells = cells;
    this.#tallRows.clear();
    this.anchor = { ...(view?.anchor ?? { row: 0, column: 0 }) };
    this.focus = { ...(view?.focus ?? this.anchor) };
    this.update(tab, geometry);
    this.#scroller.scrollTo({ top: view?.top ?? 0, left: view?.left ?? 0, behavior: "instant" });
    this.paint();
  }

  /** Take over a changed structure of the same tab; scroll and selection stay. */
  update(tab, geometry) {
    this.#tab = tab;
    this.#geometry = geometry;
    this.#fitted.clear();
    this.#layOut();
    for (const end of [this.anchor, this.focus]) {
      end.row = Math.max(0, this.rows.near(Math.min(end.row, this.rows.count - 1), -1));
      end.column = Math.max(0, this.columns.near(Math.min(end.column, this.columns.count - 1), -1));
    }
    this.#hooks.onSelect();
    this.schedule();
  }

  /** What `show` needs to come back to this place. */
  get view() {
    return { top: this.#scroller.scrollTop, left: this.#scroller.scrollLeft, anchor: { ...this.anchor }, focus: { ...this.focus } };
  }

  /** The selected rectangle. */
  get selection() {
    const { anchor, focus } = this;
    return {
      row: Math.min(anchor.row, focus.row), endRow: Math.max(anchor.row, focus.row) + 1,
      column: Math.min(anchor.column, focus.column), endColumn: Math.max(anchor.column, focus.column) + 1,
    };
  }

  /** Select a cell and bring it into view; `extend` keeps the other corner. */
  select(row, column, { extend = false, reveal = true } = {}) {
    if (!this.rows.count || !this.columns.count) return;
    const target = { row: clamp(row, this.rows.count), column: clamp(column, this.columns.count) };
    const merge = extend ? null : this.#mergeAt(target.row, target.column);
    if (merge) Object.assign(target, { row: merge.row, column: merge.column });
    this.focus = target;
    if (!extend) this.anchor = { ...target };
    if (reveal) this.#reveal(target.row, target.column);
    this.#markSelection();
    this.#hooks.onSelect();
    this.#hintSelected();
  }

  /** Show nothing. */
  clear() {
    this.#tab = undefined;
    this.canvas.hidden = true;
  }

  /** Put the keyboard into the grid. */
  takeFocus() {
    this.#grid.focus({ preventScroll: true });
  }

  /** Paint with the next frame. */
  schedule() {
    if (!this.#due) this.#due = requestAnimationFrame(() => this.paint());
  }

  /** Bring the document in line with what can be seen, and ask for the cells that lack. */
  paint() {
    cancelAnimationFrame(this.#due);
    this.#due = 0;
    if (!this.#tab || !this.#scroller.clientHeight) return;
    if (this.#fitRows()) this.#layOut();
    const seen = this.#seen();
    this.#across = this.#columnsToDraw(seen);
    this.#paintLetters();
    this.#paintRows(seen);
    this.#wantCells(seen);
    this.#grid.setAttribute("aria-busy", String(!this.#cells.get(seen.row, seen.column)));
    this.#hooks.onView(this.#scroller.scrollTop === 0 ? 0 : seen.row, seen.endRow);
  }

  // --- structure ---------------------------------------------------------------------------

  #build() {
    this.#scroller.tabIndex = -1;
    this.canvas = element("div", "canvas");
    this.strip = lane("strip");
    this.strip.el.setAttribute("role", "toolbar");
    this.strip.el.setAttribute("aria-label", words.groups);
    this.letters = lane("letters");
    this.letters.el.setAttribute("aria-hidden", "true");
    this.#grid = element("div", "grid", { role: "grid", tabindex: "0", "aria-readonly": "true", "aria-multiselectable": "true" });
    this.head = element("div", "head", { role: "rowgroup" });
    this.body = element("div", "body", { role: "rowgroup" });
    this.#grid.append(this.head, this.body);
    this.canvas.append(this.strip.el, this.letters.el, this.#grid);
    this.canvas.hidden = true;
    this.#scroller.replaceChildren(this.canvas);
  }

  #layOut() {
    this.#edition += 1;
    this.#lettersKey = "";
    const grid = this.#tab.properties.gridProperties ?? {};
    const groups = groupsOf(this.#tab);
    const columns = Array.from({ length: grid.columnCount ?? 0 }, (_, at) => this.#columnPx(at, groups));
    const rows = Array.from({ length: grid.rowCount ?? 0 }, (_, at) => this.#rowPx(at));
    this.groups = groups;
    this.columns = new Axis(columns);
    this.rows = new Axis(rows);
    this.numbersPx = Math.max(46, 14 + String(rows.length).length * 8);
    this.pinnedColumns = this.#pinned(grid.frozenColumnCount ?? 0, this.columns, this.#scroller.clientWidth - this.numbersPx);
    this.pinnedRows = this.#pinned(grid.frozenRowCount ?? 0, this.rows, this.#scroller.clientHeight - LETTERS_PX);
    this.merges = (this.#tab.merges ?? []).map((range) => ({
      row: range.startRowIndex ?? 0, endRow: range.endRowIndex, column: range.startColumnIndex ?? 0, endColumn: range.endColumnIndex,
    }));
    this.stripPx = groups.length ? Math.max(...groups.map((group) => group.depth)) * LEVEL_PX : 0;
    this.topPx = this.stripPx + LETTERS_PX;
    this.#size();
    this.#paintGroups();
  }

  #columnPx(at, groups) {
    const column = this.#geometry.columns[at] ?? {};
    const around = groups.filter((group) => group.start <= at && at < group.end);
    if (around.some((group) => this.#isFolded(group))) return 0;
    const opened = around.some((group) => this.#folds.get(this.#foldKey(group)) === false);
    return column.hiddenByUser && !opened ? 0 : column.pixelSize ?? USUAL_COLUMN_PX;
  }

  #rowPx(at) {
    const row = this.#geometry.rows[at];
    if (row?.hiddenByUser || row?.hiddenByFilter) return 0;
    return this.#tallRows.get(at) ?? row?.pixelSize ?? USUAL_ROW_PX;
  }

  /** How many frozen ones are kept in place: not so many that nothing could scroll any more. */
  #pinned(frozen, axis, room) {
    let count = Math.min(frozen, axis.count);
    while (count > 0 && axis.start(count) > room * PIN_SHARE) count -= 1;
    return count;
  }

  #size() {
    const width = this.numbersPx + this.columns.total;
    const grid = this.#grid;
    this.canvas.style.width = `${width + 24}px`;
    this.canvas.style.height = `${this.topPx + this.rows.total + 24}px`;
    this.strip.el.style.height = `${this.stripPx}px`;
    this.letters.el.style.top = `${this.stripPx}px`;
    grid.style.height = `${this.rows.total}px`;
    grid.style.width = `${width}px`;
    this.head.style.top = `${this.topPx}px`;
    this.head.style.height = `${this.rows.start(this.pinnedRows)}px`;
    this.head.classList.toggle("frozen", this.pinnedRows > 0);
    this.canvas.classList.toggle("pins", this.pinnedColumns > 0);
    for (const { el, pin } of [this.strip, this.letters]) {
      el.style.width = `${width}px`;
      pin.style.width = `${this.numbersPx + this.columns.start(this.pinnedColumns)}px`;
    }
    grid.setAttribute("aria-rowcount", String(this.rows.count));
    grid.setAttribute("aria-colcount", String(this.columns.count));
    grid.setAttribute("aria-label", words.grid(this.#tab.properties.title));
  }

  // --- column groups -----------------------------------------------------------------------

  #foldKey(group) {
    return `${this.#tab.properties.sheetId}:${group.start}:${group.end}:${group.depth}`;
  }

  #isFolded(group) {
    return this.#folds.get(this.#foldKey(group)) ?? group.collapsed;
  }

  #paintGroups() {
    this.strip.clear();
    const after = this.#tab.properties.gridProperties?.columnGroupControlAfter ?? false;
    for (const group of this.groups) {
      const folded = this.#isFolded(group);
      const start = this.columns.start(group.start);
      const end = this.columns.start(group.end);
      const holder = after ? group.end : group.start - 1;
      const visible = holder >= 0 && holder < this.columns.count && this.columns.shown(holder);
      const middle = visible ? this.columns.start(holder) + this.columns.size(holder) / 2 : (after ? end : start) + 9;
      const pinned = (visible ? holder : group.start) < this.pinnedColumns;
      const top = (group.depth - 1) * LEVEL_PX;
      if (!folded && end > start) this.#paintBracket(group, after ? [start, middle] : [middle, end], top);
      const run = letterRun(group.start, group.end - 1);
      const label = folded ? words.expand(run) : words.collapse(run);
      const button = element("button", "fold", { type: "button", title: label, "aria-label": label, "aria-expanded": String(!folded) }, folded ? "+" : "−");
      button.style.left = `${this.numbersPx + middle - 8}px`;
      button.style.top = `${top + 2}px`;
      button.addEventListener("click", () => this.#fold(group, !folded));
      (pinned ? this.strip.pin : this.strip.el).append(button);
    }
  }

  #paintBracket(group, [from, to], top) {
    const bracket = element("div", "bracket");
    bracket.style.left = `${this.numbersPx + from}px`;
    bracket.style.width = `${to - from}px`;
    bracket.style.top = `${top + LEVEL_PX / 2}px`;
    this.strip.el.append(bracket);
  }

  #fold(group, folded) {
    this.#folds.set(this.#foldKey(group), folded);
    const at = this.groups.indexOf(group);
    const { top, left } = this.view;
    this.update(this.#tab, this.#geometry);
    this.#scroller.scrollTo({ top, left, behavior: "instant" });
    this.paint();
    this.strip.el.querySelectorAll(".fold")[at]?.focus();
  }

  // --- painting ----------------------------------------------------------------------------

  /** The scrolling rows and columns that can be seen. */
  #seen() {
    const { scrollTop, scrollLeft, clientWidth, clientHeight } = this.#scroller;
    const headPx = this.rows.start(this.pinnedRows);
    const pinPx = this.columns.start(this.pinnedColumns);
    return {
      row: Math.max(this.pinnedRows, this.rows.at(scrollTop + headPx)),
      endRow: Math.min(this.rows.count, this.rows.at(scrollTop + clientHeight - this.topPx - 1) + 1),
      column: Math.max(this.pinnedColumns, this.columns.at(scrollLeft + pinPx)),
      endColumn: Math.min(this.columns.count, this.columns.at(scrollLeft + clientWidth - this.numbersPx - 1) + 1),
    };
  }

  /** Seen columns and some more; unchanged while the seen ones stay inside. */
  #columnsToDraw(seen) {
    const before = this.#across;
    if (before.edition === this.#edition && before.column <= seen.column && before.endColumn >= seen.endColumn) return before;
    let column = Math.max(this.pinnedColumns, this.columns.at(this.columns.start(seen.column) - AHEAD_PX));
    const endColumn = Math.min(this.columns.count, this.columns.at(this.columns.start(seen.endColumn) + AHEAD_PX) + 1);
    for (const merge of this.merges) {
      if (merge.column >= this.pinnedColumns && merge.column < column && merge.endColumn > column) column = merge.column;
    }
    return { edition: this.#edition, column, endColumn };
  }

  #paintLetters() {
    const { column, endColumn } = this.#across;
    const key = `${this.#edition}:${column}:${endColumn}`;
    if (key === this.#lettersKey) return;
    this.#lettersKey = key;
    this.letters.clear();
    const corner = element("div", "corner");
    corner.style.width = `${this.numbersPx}px`;
    this.letters.pin.append(corner);
    for (let at = 0; at < this.pinnedColumns; at += 1) this.#paintLetter(at, this.letters.pin);
    for (let at = column; at < endColumn; at += 1) this.#paintLetter(at, this.letters.el);
    this.#markLetters();
  }

  #paintLetter(at, into) {
    if (!this.columns.shown(at)) return;
    const letter = element("div", "letter", { "data-at": at }, letters(at));
    letter.style.left = `${this.numbersPx + this.columns.start(at)}px`;
    letter.style.width = `${this.columns.size(at)}px`;
    const before = this.#hiddenRun(at, -1);
    const after = this.#hiddenRun(at, 1);
    if (before) letter.classList.add("gap-before");
    if (after) letter.classList.add("gap-after");
    const gaps = [before, after].filter(Boolean);
    if (gaps.length) letter.title = gaps.map((gap) => words.hiddenColumns(gap)).join("\n");
    into.append(letter);
  }

  /** The hidden columns beside a column, leaving out those of a folded group, which has its +. */
  #hiddenRun(at, by) {
    const hidden = [];
    for (let next = at + by; next >= 0 && next < this.columns.count && !this.columns.shown(next); next += by) {
      const folded = this.groups.some((group) => group.start <= next && next < group.end && this.#isFolded(group));
      if (!folded) hidden.push(next);
    }
    return hidden.length ? letterRun(Math.min(...hidden), Math.max(...hidden)) : "";
  }

  #paintRows(seen) {
    let first = Math.max(this.pinnedRows, seen.row - AHEAD_ROWS);
    const end = Math.min(this.rows.count, seen.endRow + AHEAD_ROWS);
    for (const merge of this.merges) {
      if (merge.row >= this.pinnedRows && merge.row < first && merge.endRow > first) first = merge.row;
    }
    const wanted = new Set();
    const fresh = { head: [], body: [] };
    const draw = (row, place) => {
      if (!this.rows.shown(row)) return;
      wanted.add(row);
      const drawn = this.#drawRow(row);
      if (drawn.el.parentNode !== this[place]) fresh[place].push(drawn.el);
    };
    for (let row = 0; row < this.pinnedRows; row += 1) draw(row, "head");
    for (let row = first; row < end; row += 1) draw(row, "body");
    for (const [row, drawn] of this.#drawn) {
      if (wanted.has(row)) continue;
      drawn.el.remove();
      this.#drawn.delete(row);
    }
    this.head.append(...fresh.head);
    this.body.append(...fresh.body);
    if (fresh.body.length) this.#inOrder();
    this.#markSelection();
  }

  /** Rows stand in the document in their order, for those who read the document. */
  #inOrder() {
    let before = null;
    for (const row of [...this.#drawn.keys()].filter((at) => at >= this.pinnedRows).sort((a, b) => b - a)) {
      const { el } = this.#drawn.get(row);
      if (el.nextSibling !== before) this.body.insertBefore(el, before);
      before = el;
    }
  }

  #drawRow(row) {
    const { column, endColumn } = this.#across;
    const known = `${this.#cells.stamp(row, 0, this.pinnedColumns)}/${this.#cells.stamp(row, column, endColumn)}`;
    const key = `${this.#edition}:${column}:${endColumn}:${known}`;
    let drawn = this.#drawn.get(row);
    if (drawn?.key === key) return drawn;
    if (!drawn) {
      drawn = { ...lane("row"), cells: new Map() };
      drawn.el.setAttribute("role", "row");
      drawn.el.setAttribute("aria-rowindex", String(row + 1));
      drawn.pin.setAttribute("role", "presentation");
      this.#drawn.set(row, drawn);
    }
    drawn.key = key;
    drawn.cells.clear();
    drawn.clear();
    drawn.el.style.top = `${this.rows.start(row)}px`;
    drawn.el.style.height = `${this.rows.size(row)}px`;
    drawn.pin.style.width = `${this.numbersPx + this.columns.start(this.pinnedColumns)}px`;
    drawn.pin.append(this.#numberOf(row));
    this.#drawCells(row, 0, this.pinnedColumns, drawn.pin, drawn);
    this.#drawCells(row, column, endColumn, drawn.el, drawn);
    return drawn;
  }

  #numberOf(row) {
    const number = element("div", "number", { "aria-hidden": "true" }, String(row + 1));
    number.style.width = `${this.numbersPx}px`;
    const next = this.rows.step(row, 1);
    const last = next === row ? this.rows.count : next;
    if (last - row > 1) {
      number.classList.add("gap-below");
      number.title = words.hiddenRows(last - row === 2 ? String(row + 2) : `${row + 2}-${last}`);
    }
    return number;
  }

  #drawCells(row, first, end, into, drawn) {
    for (let column = first; column < end; column += 1) {
      if (!this.columns.shown(column)) continue;
      const merge = this.#mergeAt(row, column);
      if (merge && (merge.row !== row || merge.column !== column)) continue;
      const cell = this.#cells.get(row, column);
      const el = this.#drawCell(row, column, cell, merge);
      if (!merge && cell) this.#spill(row, column, end, cell, el);
      if (cell) this.#guard(cell, el, merge ? this.columns.size(column, merge.endColumn) : this.columns.size(column));
      drawn.cells.set(column, el);
      into.append(el);
    }
  }

  #drawCell(row, column, cell, merge) {
    const role = row < (this.#tab.properties.gridProperties?.frozenRowCount ?? 0) ? "columnheader" : "gridcell";
    const el = element("div", "cell", { role, id: `cell-${row}-${column}`, "aria-colindex": column + 1 });
    el.style.left = `${this.numbersPx + this.columns.start(column)}px`;
    el.style.width = `${merge ? this.columns.size(column, merge.endColumn) : this.columns.size(column)}px`;
    if (merge) {
      el.style.height = `${this.rows.size(row, merge.endRow)}px`;
      el.classList.add("merged");
      el.setAttribute("aria-colspan", String(merge.endColumn - merge.column));
      el.setAttribute("aria-rowspan", String(merge.endRow - merge.row));
    }
    if (cell) dress(el, cell);
    if (cell && this.#hasFilter(row, column)) el.append(element("span", "filter", { "aria-hidden": "true" }));
    if (cell && this.#cells.isFresh(row, column, performance.now())) el.classList.add("fresh");
    return el;
  }

  #hasFilter(row, column) {
    const range = this.#tab.basicFilter?.range;
    if (!range || row !== (range.startRowIndex ?? 0)) return false;
    return column >= (range.startColumnIndex ?? 0) && column < (range.endColumnIndex ?? Infinity);
  }

  /** Let a text run over the empty cells beside it, as spreadsheets do. */
  #spill(row, column, end, cell, el) {
    if (kindOf(cell) !== "text" || wrapping(cell) !== "overflow") return;
    if (alignment(cell) !== "left" || cell.formattedValue.includes("\n")) return;
    if (!this.#isFree(row, column + 1, end)) return;
    const needs = this.#ruler.width(cell.formattedValue, font(cell, this.#family)) + PADDING_PX;
    let last = column + 1;
    while (this.columns.size(column, last) < needs && this.#isFree(row, last, end)) last += 1;
    if (last === column + 1) return;
    el.classList.add("spills");
    el.lastChild.style.minWidth = `${this.columns.size(column, last) - PADDING_PX}px`;
    el.lastChild.style.maxWidth = el.lastChild.style.minWidth;
  }

  /** A number that does not fit is not shown cut off, for it would read as another number. */
  #guard(cell, el, px) {
    if (kindOf(cell) !== "number" || wrapping(cell) === "wrap" || !cell.formattedValue) return;
    if (this.#ruler.width(cell.formattedValue, font(cell, this.#family)) <= px - PADDING_PX + 0.5) return;
    el.querySelector(".text").textContent = "###";
    el.title = cell.formattedValue;
    el.setAttribute("aria-label", cell.formattedValue);
  }

  #isFree(row, column, end) {
    return column < end && !this.#mergeAt(row, column) && this.#cells.get(row, column) !== undefined
      && kindOf(this.#cells.get(row, column)) === "empty";
  }

  /** Rows of the usual height grow with wrapped text; true when one did. */
  #fitRows() {
    let grew = false;
    const top = this.#scroller.scrollTop;
    let above = 0;
    const seen = this.#seen();
    for (const row of [...range(0, this.pinnedRows), ...range(seen.row, seen.endRow)]) {
      if ((this.#geometry.rows[row]?.pixelSize ?? USUAL_ROW_PX) !== USUAL_ROW_PX) continue;
      const stamp = this.#cells.stamp(row, 0, this.columns.count);
      if (this.#fitted.get(row) === stamp) continue;
      this.#fitted.set(row, stamp);
      const px = this.#neededPx(row);
      const before = this.#tallRows.get(row) ?? USUAL_ROW_PX;
      if (px === before) continue;
      grew = true;
      if (row >= this.pinnedRows && this.rows.start(row + 1) - this.rows.start(this.pinnedRows) <= top) above += px - before;
      this.#tallRows.set(row, px);
    }
    if (above) this.#scroller.scrollTop = top + above;
    return grew;
  }

  #neededPx(row) {
    let px = USUAL_ROW_PX;
    for (let column = 0; column < this.columns.count; column += 1) {
      const cell = this.#cells.get(row, column);
      if (!cell?.formattedValue || wrapping(cell) !== "wrap" || !this.columns.shown(column) || this.#mergeAt(row, column)) continue;
      const face = font(cell, this.#family);
      const room = Math.max(8, this.columns.size(column) - PADDING_PX);
      const lines = cell.formattedValue.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(this.#ruler.width(line, face) / room)), 0);
      px = Math.max(px, lines * LINE_PX + 4);
    }
    return px;
  }

  #wantCells(seen) {
    const size = { rowCount: this.rows.count, columnCount: this.columns.count };
    const areas = [];
    const across = [{ column: seen.column, endColumn: seen.endColumn }, { column: 0, endColumn: this.pinnedColumns }];
    const down = [{ row: seen.row, endRow: seen.endRow }, { row: 0, endRow: this.pinnedRows }];
    for (const rows of down) for (const columns of across) areas.push({ ...rows, ...columns, ...size });
    const page = seen.endRow - seen.row;
    const ahead = [
      { ...size, ...across[0], row: seen.endRow, endRow: Math.min(this.rows.count, seen.endRow + page) },
      { ...size, ...across[0], row: Math.max(this.pinnedRows, seen.row - page), endRow: seen.row },
      { ...size, ...down[0], ...this.#across },
    ];
    const isArea = (area) => area.endRow > area.row && area.endColumn > area.column;
    this.#cells.want(areas.filter(isArea), ahead.filter(isArea));
  }

  // --- selection ---------------------------------------------------------------------------

  #markSelection() {
    const area = this.selection;
    const active = this.anchor;
    const single = this.#isSingle(area);
    for (const [row, drawn] of this.#drawn) {
      const inRows = row >= area.row && row < area.endRow;
      drawn.pin.firstChild?.classList.toggle("on", inRows);
      for (const [column, el] of drawn.cells) {
        const inside = inRows && column >= area.column && column < area.endColumn;
        el.classList.toggle("in", inside && !single);
        el.classList.toggle("at", row === active.row && column === active.column);
        if (inside) el.setAttribute("aria-selected", "true");
        else el.removeAttribute("aria-selected");
      }
    }
    const at = [this.focus, active].map((end) => this.#drawn.get(end.row)?.cells.get(end.column)).find(Boolean);
    if (at) this.#grid.setAttribute("aria-activedescendant", at.id);
    else this.#grid.removeAttribute("aria-activedescendant");
    this.#markLetters();
  }

  #isSingle(area) {
    if (area.endRow - area.row === 1 && area.endColumn - area.column === 1) return true;
    const merge = this.#mergeAt(area.row, area.column);
    return Boolean(merge) && merge.endRow >= area.endRow && merge.endColumn >= area.endColumn;
  }

  #markLetters() {
    const { column, endColumn } = this.selection;
    for (const letter of this.letters.el.querySelectorAll(".letter")) {
      const at = Number(letter.dataset.at);
      letter.classList.toggle("on", at >= column && at < endColumn);
    }
  }

  #mergeAt(row, column) {
    return this.merges.find((merge) => merge.row <= row && row < merge.endRow && merge.column <= column && column < merge.endColumn);
  }

  #reveal(row, column) {
    const scroller = this.#scroller;
    if (row >= this.pinnedRows) {
      const top = this.rows.start(row) - this.rows.start(this.pinnedRows);
      const low = this.rows.start(row + 1) - (scroller.clientHeight - this.topPx);
      if (scroller.scrollTop > top) scroller.scrollTop = top;
      else if (scroller.scrollTop < low) scroller.scrollTop = low + 1;
    }
    if (column >= this.pinnedColumns) {
      const left = this.columns.start(column) - this.columns.start(this.pinnedColumns);
      const right = this.columns.start(column + 1) - (scroller.clientWidth - this.numbersPx);
      if (scroller.scrollLeft > left) scroller.scrollLeft = left;
      else if (scroller.scrollLeft < right) scroller.scrollLeft = right + 1;
    }
    this.paint();
  }

  // --- pointer and keys --------------------------------------------------------------------

  #listen() {
    const scroller = this.#scroller;
    scroller.addEventListener("scroll", () => { this.#hooks.onHint(null); this.schedule(); }, { passive: true });
    new ResizeObserver(() => { if (this.#tab) { this.#layOut(); this.schedule(); } }).observe(scroller);
    scroller.addEventListener("pointerdown", (event) => this.#press(event));
    scroller.addEventListener("mousedown", (event) => { if (this.#under(event)) event.preventDefault(); });
    scroller.addEventListener("pointermove", (event) => this.#move(event));
    scroller.addEventListener("pointerleave", () => this.#hooks.onHint(null));
    scroller.addEventListener("pointerup", () => { this.#dragging = null; });
    scroller.addEventListener("lostpointercapture", () => { this.#dragging = null; });
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    this.#grid.addEventListener("focus", () => this.#hintSelected());
    this.#grid.addEventListener("blur", () => this.#hooks.onHint(null));
  }

  /** What is under the pointer: {row, column, area}, area one of cell, number, letter, corner. */
  #under(event) {
    const box = this.#scroller.getBoundingClientRect();
    const x = event.clientX - box.left - this.numbersPx;
    const y = event.clientY - box.top - this.topPx;
    if (x > this.#scroller.clientWidth - this.numbersPx || y > this.#scroller.clientHeight - this.topPx) return null;
    if (y < -LETTERS_PX) return null;
    const column = this.columns.at(x < this.columns.start(this.pinnedColumns) ? x : x + this.#scroller.scrollLeft);
    const row = this.rows.at(y < this.rows.start(this.pinnedRows) ? y : y + this.#scroller.scrollTop);
    const area = y < 0 ? (x < 0 ? "corner" : "letter") : (x < 0 ? "number" : "cell");
    return { row, column, area };
  }

  #press(event) {
    const place = event.button === 0 ? this.#under(event) : null;
    if (!place || !this.rows.count || !this.columns.count) return;
    event.preventDefault();
    this.takeFocus();
    this.#dragging = place.area;
    this.#take(place, event.shiftKey);
    if (event.pointerType === "mouse") this.#scroller.setPointerCapture(event.pointerId);
    else this.#dragging = null;
  }

  #take({ row, column }, extend) {
    const [lastRow, lastColumn] = [this.rows.count - 1, this.columns.count - 1];
    if (this.#dragging === "cell") {
      this.select(row, column, { extend, reveal: extend });
      return;
    }
    const whole = {
      corner: [{ row: 0, column: 0 }, { row: lastRow, column: lastColumn }],
      letter: [{ row: 0, column: extend ? this.anchor.column : column }, { row: lastRow, column }],
      number: [{ row: extend ? this.anchor.row : row, column: 0 }, { row, column: lastColumn }],
    }[this.#dragging];
    [this.anchor, this.focus] = whole;
    this.#markSelection();
    this.#hooks.onSelect();
  }

  #move(event) {
    const place = this.#under(event);
    if (this.#dragging && event.buttons === 1) {
      if (place && (place.row !== this.focus.row || place.column !== this.focus.column)) this.#take(place, true);
      return;
    }
    if (place?.area === "cell") this.#hint(place.row, place.column);
    else this.#hooks.onHint(null);
  }

  #hintSelected() {
    if (document.activeElement === this.#grid) this.#hint(this.focus.row, this.focus.column);
  }

  #hint(row, column) {
    const merge = this.#mergeAt(row, column);
    const [top, left] = merge ? [merge.row, merge.column] : [row, column];
    const cell = this.#cells?.get(top, left);
    const el = this.#drawn.get(top)?.cells.get(left);
    if (!el || !(cell?.note || safeLink(cell))) this.#hooks.onHint(null);
    else this.#hooks.onHint(cell, el);
  }

  #key(event) {
    const { key, shiftKey, altKey } = event;
    const far = event.ctrlKey || event.metaKey;
    if (altKey) return;
    const page = Math.max(1, this.#seen().endRow - this.#seen().row - 1);
    const { row, column } = this.#from(shiftKey && key !== "Enter");
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const moves = {
      Home: () => [far ? this.rows.near(0, 1) : row, this.columns.near(0, 1)],
      End: () => [far ? this.rows.near(this.rows.count - 1, -1) : row, this.columns.near(this.columns.count - 1, -1)],
      PageUp: () => [this.#paged(row, -page), column],
      PageDown: () => [this.#paged(row, page), column],
      Enter: () => [this.rows.step(row, shiftKey ? -1 : 1), column],
    };
    if (arrows[key]) {
      event.preventDefault();
      if (far) this.#leap(arrows[key], shiftKey);
      else this.select(...this.#stepped(arrows[key], shiftKey), { extend: shiftKey });
    } else if (moves[key]) {
      event.preventDefault();
      this.select(...moves[key](), { extend: shiftKey && key !== "Enter" });
      if (key === "Home") this.#scroller.scrollTo({ left: 0, ...(far ? { top: 0 } : {}), behavior: "instant" });
    } else if (far && key.toLowerCase() === "a") {
      event.preventDefault();
      this.#dragging = "corner";
      this.#take({ row: 0, column: 0 }, false);
      this.#dragging = null;
    } else if (key === "Escape") {
      this.select(this.anchor.row, this.anchor.column);
      this.#hooks.onHint(null);
    }
  }

  #paged(row, by) {
    const px = this.rows.start(row) + by * USUAL_ROW_PX;
    return this.rows.near(this.rows.at(clamp(px, this.rows.total)), Math.sign(by));
  }

  /** Where a key starts: the selected cell, or the moving corner when the selection grows. */
  #from(extend) {
    return extend ? this.focus : this.anchor;
  }

  #stepped([down, right], extend) {
    const { row, column } = this.#from(extend);
    const merge = this.#mergeAt(row, column);
    const fromRow = merge ? (down > 0 ? merge.endRow - 1 : merge.row) : row;
    const fromColumn = merge ? (right > 0 ? merge.endColumn - 1 : merge.column) : column;
    return [down ? this.rows.step(fromRow, down) : row, right ? this.columns.step(fromColumn, right) : column];
  }

  /** To the edge of the filled cells in a direction, or to the next filled one. */
  async #leap([down, right], extend) {
    const { row, column } = this.#from(extend);
    const axis = down ? this.rows : this.columns;
    const by = down || right;
    const from = down ? row : column;
    const filled = await this.#hooks.filled(down ? { column } : { row });
    let at = axis.step(from, by);
    const running = filled(from) && filled(at);
    while (axis.step(at, by) !== at && (running ? filled(axis.step(at, by)) : !filled(at))) at = axis.step(at, by);
    if (this.#from(extend).row !== row || this.#from(extend).column !== column) return;
    this.select(down ? at : row, right ? at : column, { extend });
  }
}

/** A row-like element with a part that sticks to the left. */
function lane(className) {
  const el = element("div", className);
  const pin = element("div", "pin");
  el.append(pin);
  const clear = () => { pin.replaceChildren(); el.replaceChildren(pin); };
  return { el, pin, clear };
}

function groupsOf(tab) {
  return (tab.columnGroups ?? []).map((group) => ({
    start: group.range?.startIndex ?? 0, end: group.range?.endIndex ?? 0,
    depth: group.depth ?? 1, collapsed: group.collapsed ?? false,
  }));
}

function clamp(at, count) {
  return Math.max(0, Math.min(at, count - 1));
}

function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
