// One tab as a grid: frozen panes, virtual scrolling, selection.
//
// Every row is one element. Its number and its frozen cells sit in a "pin" that sticks to the left;
// frozen rows sit in a head that sticks to the top. Only what can be seen is in the document.
// Rows and columns are zero-based, ends exclusive; `x` and `y` count from the first cell's corner.

import { clamp } from "./axis.js";
import { Ruler, element, safeLink } from "./format.js";
import { lane, paintGroups, paintLetters } from "./heads.js";
import { moveByKey } from "./keys.js";
import { Layout } from "./layout.js";
import { Pointer } from "./pointer.js";
import { DrawnRows } from "./rows.js";
import { columnsToDraw, seenIn, wantedAreas } from "./view.js";
import { words } from "./words.js";

/**
 * The grid inside a scroller. The keyboard is in `entry`, a text field that others own.
 *
 * Hooks: `onSelect()` follows the selection, `onView(first, last)` the visible rows, `onHint(cell,
 * box)` the pointer and the selection (null where there is nothing to tell), `onPress(place, event)`
 * comes before a press selects and may stop it, `onOpen(place)` is a double click, `onFold(group, folded)` a group's
 * button, `onPaint()` each painting; `filled(line)` and `isWrong(cell)` answer questions.
 */
export class Grid {
  #scroller;
  #grid;
  #entry;
  #hooks;
  #rows;
  #scene;
  #tab;
  #geometry;
  #folds = new Map();
  #sifted = new Set();
  #tallRows = new Map();
  #edition = 0;
  #across = { column: 0, endColumn: 0 };
  #lettersKey = "";
  #due = 0;

  constructor(scroller, entry, hooks) {
    this.#scroller = scroller;
    this.#entry = entry;
    this.#hooks = hooks;
    this.#scene = { ruler: new Ruler(), family: getComputedStyle(scroller).fontFamily, isWrong: hooks.isWrong };
    this.anchor = { row: 0, column: 0 };
    this.focus = { row: 0, column: 0 };
    this.#build();
    this.#rows = new DrawnRows(this.#scene, this.head, this.body);
    this.pointer = new Pointer(this, scroller, hooks);
    this.#listen();
  }

  /** Show a tab: its structure, its geometry and the store of its cells; `view` as from `view`. */
  show(tab, geometry, cells, view) {
    this.canvas.hidden = false;
    this.#scene.cells = cells;
    this.#tallRows.clear();
    this.#sifted = new Set();
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
    this.#rows.refit();
    this.#forgetFolds();
    this.#layOut();
    const { rows, columns } = this.layout;
    for (const end of [this.anchor, this.focus]) {
      end.row = Math.max(0, rows.near(Math.min(end.row, rows.count - 1), -1));
      end.column = Math.max(0, columns.near(Math.min(end.column, columns.count - 1), -1));
    }
    this.#hooks.onSelect();
    this.schedule();
  }

  /** Hide the rows that a filter view hides, besides those that are hidden for everybody. */
  sift(rows) {
    this.#sifted = rows;
    this.update(this.#tab, this.#geometry);
  }

  /** Draw every cell anew with the next frame. */
  redraw() {
    this.#edition += 1;
    this.schedule();
  }

  /** What `show` needs to come back to this place. */
  get view() {
    return { top: this.#scroller.scrollTop, left: this.#scroller.scrollLeft, anchor: { ...this.anchor }, focus: { ...this.focus } };
  }

  /** Whether a tab is shown. */
  get isShown() { return Boolean(this.#tab); }

  /** The selected rectangle. */
  get selection() {
    const { anchor, focus } = this;
    return {
      row: Math.min(anchor.row, focus.row), endRow: Math.max(anchor.row, focus.row) + 1,
      column: Math.min(anchor.column, focus.column), endColumn: Math.max(anchor.column, focus.column) + 1,
    };
  }

  /** How many rows a page key moves. */
  get pageRows() {
    const seen = this.#seen();
    return Math.max(1, seen.endRow - seen.row - 1);
  }

  /** Select a cell and bring it into view; `extend` keeps the other corner. */
  select(row, column, { extend = false, reveal = true } = {}) {
    const { rows, columns } = this.layout;
    if (!rows.count || !columns.count) return;
    const target = { row: clamp(row, rows.count), column: clamp(column, columns.count) };
    const merge = extend ? null : this.layout.mergeAt(target.row, target.column);
    if (merge) Object.assign(target, { row: merge.row, column: merge.column });
    this.focus = target;
    if (!extend) this.anchor = { ...target };
    if (reveal) this.reveal(target.row, target.column);
    this.#markSelection();
    this.#hooks.onSelect();
    this.hintSelected();
  }

  /** Select everything. */
  selectAll() {
    this.span({ row: 0, column: 0 }, { row: this.layout.rows.count - 1, column: this.layout.columns.count - 1 });
  }

  /** Select a rectangle. */
  selectArea({ row, endRow, column, endColumn }) {
    this.span({ row, column }, { row: endRow - 1, column: endColumn - 1 });
  }

  /** Widen the selection to whole "rows" or "columns". */
  selectLines(lines) {
    const { row, endRow, column, endColumn } = this.selection;
    const { rows, columns } = this.layout;
    if (lines === "rows") this.span({ row, column: 0 }, { row: endRow - 1, column: columns.count - 1 });
    else this.span({ row: 0, column }, { row: rows.count - 1, column: endColumn - 1 });
    return true;
  }

  /** Select from one corner to the other. */
  span(anchor, focus) {
    this.anchor = anchor;
    this.focus = focus;
    this.#markSelection();
    this.#hooks.onSelect();
  }

  /** Show nothing. */
  clear() {
    this.#tab = undefined;
    this.canvas.hidden = true;
  }

  /** Put the keyboard into the grid. */
  takeFocus() {
    this.#entry.focus({ preventScroll: true });
  }

  /** Whether a key moved the selection. */
  key(event) {
    return Boolean(this.#tab) && moveByKey(this, event, this.#hooks.filled);
  }

  /** Scroll to the first column, and to the first row too. */
  scrollHome(top) {
    this.#scroller.scrollTo({ left: 0, ...(top ? { top: 0 } : {}), behavior: "instant" });
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
    const grown = this.#rows.fit(this.#seen(), this.#tallRows, this.#scroller.scrollTop);
    if (grown) {
      if (grown.above) this.#scroller.scrollTop += grown.above;
      this.#layOut();
    }
    const seen = this.#seen();
    this.#across = columnsToDraw(this.layout, seen, this.#across, this.#edition);
    this.#paintLetters();
    this.#rows.paint(seen, this.#across);
    this.#markSelection();
    this.#scene.cells.want(...wantedAreas(this.layout, seen, this.#across));
    this.#grid.setAttribute("aria-busy", String(!this.#scene.cells.get(seen.row, seen.column)));
    this.#hooks.onView(this.#scroller.scrollTop === 0 ? 0 : seen.row, seen.endRow);
    this.#hooks.onPaint();
  }

  /** Where a cell is on the screen, and whether its corner can be seen: {left, top, width, height, visible}. */
  boxOf(row, column) {
    const { rows, columns, numbersPx, topPx, pinnedRows, pinnedColumns } = this.layout;
    const merge = this.layout.mergeAt(row, column);
    const outer = this.#scroller.getBoundingClientRect();
    const { scrollTop, scrollLeft, clientWidth, clientHeight } = this.#scroller;
    const x = numbersPx + columns.start(column) - (column < pinnedColumns ? 0 : scrollLeft);
    const y = topPx + rows.start(row) - (row < pinnedRows ? 0 : scrollTop);
    const leftEdge = column < pinnedColumns ? 0 : numbersPx + columns.start(pinnedColumns);
    const topEdge = row < pinnedRows ? 0 : topPx + rows.start(pinnedRows);
    return {
      left: outer.left + x, top: outer.top + y,
      width: columns.size(column, merge?.endColumn ?? column + 1), height: rows.size(row, merge?.endRow ?? row + 1),
      roomX: clientWidth - x, roomY: clientHeight - y,
      visible: x >= leftEdge - 1 && y >= topEdge - 1 && x < clientWidth - 8 && y < clientHeight - 8,
    };
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
    this.#grid = element("div", "grid", { role: "grid", id: "grid", "aria-readonly": "false", "aria-multiselectable": "true" });
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
    const room = { width: this.#scroller.clientWidth, height: this.#scroller.clientHeight };
    this.layout = new Layout({
      tab: this.#tab, geometry: this.#geometry, folds: this.#folds, tallRows: this.#tallRows, sifted: this.#sifted, room,
    });
    this.#scene.layout = this.layout;
    this.#size();
    paintGroups(this.strip, this.layout, (group, folded) => this.#fold(group, folded));
  }

  #size() {
    const { layout } = this;
    const width = layout.numbersPx + layout.columns.total;
    const extent = layout.extent;
    this.canvas.style.width = `${extent.width + 24}px`;
    this.canvas.style.height = `${layout.topPx + extent.height + 24}px`;
    this.strip.el.style.height = `${layout.stripPx}px`;
    this.letters.el.style.top = `${layout.stripPx}px`;
    this.#grid.style.height = `${layout.rows.total}px`;
    this.#grid.style.width = `${width}px`;
    this.head.style.top = `${layout.topPx}px`;
    this.head.style.height = `${layout.rows.start(layout.pinnedRows)}px`;
    this.head.classList.toggle("frozen", layout.pinnedRows > 0);
    this.canvas.classList.toggle("pins", layout.pinnedColumns > 0);
    for (const { el, pin } of [this.strip, this.letters]) {
      el.style.width = `${width}px`;
      pin.style.width = `${layout.numbersPx + layout.columns.start(layout.pinnedColumns)}px`;
    }
    this.#grid.setAttribute("aria-rowcount", String(layout.rows.count));
    this.#grid.setAttribute("aria-colcount", String(layout.columns.count));
    this.#grid.setAttribute("aria-label", words.grid(this.#tab.properties.title));
  }

  #fold(group, folded) {
    this.#folds.set(this.layout.foldKey(group), folded);
    const at = this.layout.groups.indexOf(group);
    const { top, left } = this.view;
    this.update(this.#tab, this.#geometry);
    this.#scroller.scrollTo({ top, left, behavior: "instant" });
    this.paint();
    this.strip.el.querySelectorAll(".fold")[at]?.focus();
    this.#hooks.onFold(group, folded);
  }

  /** A fold of this page gives way once the spreadsheet says the same. */
  #forgetFolds() {
    const { folds, sheetId } = { folds: this.#folds, sheetId: this.#tab.properties.sheetId };
    for (const { range, depth = 1, collapsed = false } of this.#tab.columnGroups ?? []) {
      const key = `${sheetId}:${range?.startIndex ?? 0}:${range?.endIndex ?? 0}:${depth}`;
      if (folds.get(key) === collapsed) folds.delete(key);
    }
  }

  // --- painting ----------------------------------------------------------------------------

  #seen() {
    return seenIn(this.layout, this.#scroller);
  }

  #paintLetters() {
    const { column, endColumn } = this.#across;
    const key = `${this.#edition}:${column}:${endColumn}`;
    if (key === this.#lettersKey) return;
    this.#lettersKey = key;
    paintLetters(this.letters, this.layout, this.#across);
    this.#markLetters();
  }

  // --- selection ---------------------------------------------------------------------------

  #markSelection() {
    const area = this.selection;
    const active = this.anchor;
    const single = this.#isSingle(area);
    for (const [row, drawn] of this.#rows.all()) {
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
    const at = [this.focus, active].map((end) => this.#rows.at(end.row)?.cells.get(end.column)).find(Boolean);
    if (at) this.#entry.setAttribute("aria-activedescendant", at.id);
    else this.#entry.removeAttribute("aria-activedescendant");
    this.#markLetters();
  }

  #isSingle(area) {
    if (area.endRow - area.row === 1 && area.endColumn - area.column === 1) return true;
    const merge = this.layout.mergeAt(area.row, area.column);
    return Boolean(merge) && merge.endRow >= area.endRow && merge.endColumn >= area.endColumn;
  }

  #markLetters() {
    const { column, endColumn } = this.selection;
    for (const letter of this.letters.el.querySelectorAll(".letter")) {
      const at = Number(letter.dataset.at);
      letter.classList.toggle("on", at >= column && at < endColumn);
    }
  }

  /** Scroll as little as shows a cell. */
  reveal(row, column) {
    const scroller = this.#scroller;
    const { rows, columns, pinnedRows, pinnedColumns, topPx, numbersPx } = this.layout;
    if (row >= pinnedRows) {
      const top = rows.start(row) - rows.start(pinnedRows);
      const low = rows.start(row + 1) - (scroller.clientHeight - topPx);
      if (scroller.scrollTop > top) scroller.scrollTop = top;
      else if (scroller.scrollTop < low) scroller.scrollTop = low + 1;
    }
    if (column >= pinnedColumns) {
      const left = columns.start(column) - columns.start(pinnedColumns);
      const right = columns.start(column + 1) - (scroller.clientWidth - numbersPx);
      if (scroller.scrollLeft > left) scroller.scrollLeft = left;
      else if (scroller.scrollLeft < right) scroller.scrollLeft = right + 1;
    }
    this.paint();
  }

  // --- hints -------------------------------------------------------------------------------

  /** Tell what there is to tell about the selected cell, while the keyboard is in the grid. */
  hintSelected() {
    if (document.activeElement === this.#entry && this.#tab) this.hint(this.focus.row, this.focus.column);
  }

  /** Tell what hangs on a cell: its note and its link. */
  hint(row, column) {
    const merge = this.layout.mergeAt(row, column);
    const [top, left] = merge ? [merge.row, merge.column] : [row, column];
    const cell = this.#scene.cells?.get(top, left);
    const el = this.#rows.at(top)?.cells.get(left);
    if (!el || !(cell?.note || safeLink(cell))) this.#hooks.onHint(null);
    else this.#hooks.onHint(cell, el);
  }

  #listen() {
    this.#scroller.addEventListener("scroll", () => { this.#hooks.onHint(null); this.schedule(); }, { passive: true });
    new ResizeObserver(() => { if (this.#tab) { this.#layOut(); this.schedule(); } }).observe(this.#scroller);
    this.#entry.addEventListener("focus", () => { this.#grid.classList.add("live"); this.hintSelected(); });
    this.#entry.addEventListener("blur", () => { this.#grid.classList.remove("live"); this.#hooks.onHint(null); });
  }
}
