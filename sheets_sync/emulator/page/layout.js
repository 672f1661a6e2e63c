// Where everything of one tab stands: rows and columns, frozen panes, merges and column groups.
// Rows and columns are zero-based, ends exclusive; pixels count from the first cell's corner.

import { Axis } from "./axis.js";

export const LETTERS_PX = 24;
export const LEVEL_PX = 20;
export const USUAL_ROW_PX = 21;
const USUAL_COLUMN_PX = 100;
const PIN_SHARE = 0.7;

/**
 * The layout of a tab, made anew when anything about it changes.
 *
 * `folds` holds what this page folded or opened by a group's key, `tallRows` the rows that grew
 * with their text, `sifted` the rows that a filter view hides, `room` the scroller's inner size.
 */
export class Layout {
  #geometry;
  #folds;

  constructor({ tab, geometry, folds, tallRows, sifted, room }) {
    this.tab = tab;
    this.#geometry = geometry;
    this.#folds = folds;
    const grid = tab.properties.gridProperties ?? {};
    this.frozenRows = grid.frozenRowCount ?? 0;
    this.groups = groupsOf(tab);
    this.columns = new Axis(Array.from({ length: grid.columnCount ?? 0 }, (_, at) => this.#columnPx(at)));
    this.rows = new Axis(Array.from({ length: grid.rowCount ?? 0 }, (_, at) => (sifted.has(at) ? 0 : this.#rowPx(at, tallRows))));
    this.numbersPx = Math.max(46, 14 + String(this.rows.count).length * 8);
    this.pinnedColumns = pinned(grid.frozenColumnCount ?? 0, this.columns, room.width - this.numbersPx);
    this.pinnedRows = pinned(this.frozenRows, this.rows, room.height - LETTERS_PX);
    this.merges = (tab.merges ?? []).map((range) => ({
      row: range.startRowIndex ?? 0, endRow: range.endRowIndex, column: range.startColumnIndex ?? 0, endColumn: range.endColumnIndex,
    }));
    this.stripPx = this.groups.length ? Math.max(...this.groups.map((group) => group.depth)) * LEVEL_PX : 0;
    this.topPx = this.stripPx + LETTERS_PX;
  }

  #columnPx(at) {
    const column = this.#geometry.columns[at] ?? {};
    const around = this.groups.filter((group) => group.start <= at && at < group.end);
    if (around.some((group) => this.isFolded(group))) return 0;
    const opened = around.some((group) => this.#folds.get(this.foldKey(group)) === false);
    return column.hiddenByUser && !opened ? 0 : column.pixelSize ?? USUAL_COLUMN_PX;
  }

  #rowPx(at, tallRows) {
    const row = this.#geometry.rows[at];
    if (row?.hiddenByUser || row?.hiddenByFilter) return 0;
    return tallRows.get(at) ?? row?.pixelSize ?? USUAL_ROW_PX;
  }

  /** The height that a row was given, before any growing with its text. */
  givenPx(row) {
    return this.#geometry.rows[row]?.pixelSize ?? USUAL_ROW_PX;
  }

  foldKey(group) {
    return `${this.tab.properties.sheetId}:${group.start}:${group.end}:${group.depth}`;
  }

  isFolded(group) {
    return this.#folds.get(this.foldKey(group)) ?? group.collapsed;
  }

  /** Where a chart lies: pixels from the corner of the row numbers, and whether its cell is in a frozen pane. */
  boxOf({ position: { overlayPosition } }) {
    const { anchorCell = {}, offsetXPixels = 0, offsetYPixels = 0, widthPixels = 600, heightPixels = 371 } = overlayPosition;
    const { rowIndex = 0, columnIndex = 0 } = anchorCell;
    return {
      left: this.numbersPx + this.columns.start(columnIndex) + offsetXPixels, top: this.rows.start(rowIndex) + offsetYPixels,
      width: widthPixels, height: heightPixels, isInHead: rowIndex < this.pinnedRows, isInPin: columnIndex < this.pinnedColumns,
    };
  }

  /** How far cells and charts reach, in pixels from the corner of the row numbers: {width, height}. */
  get extent() {
    const boxes = (this.tab.charts ?? []).filter((chart) => chart.position?.overlayPosition).map((chart) => this.boxOf(chart));
    return {
      width: Math.max(this.numbersPx + this.columns.total, ...boxes.map((box) => box.left + box.width)),
      height: Math.max(this.rows.total, ...boxes.map((box) => box.top + box.height)),
    };
  }

  /** The merged range that a cell belongs to, or undefined. */
  mergeAt(row, column) {
    return this.merges.find((merge) => merge.row <= row && row < merge.endRow && merge.column <= column && column < merge.endColumn);
  }
}

/** How many frozen ones are kept in place: not so many that nothing could scroll any more. */
function pinned(frozen, axis, room) {
  let count = Math.min(frozen, axis.count);
  while (count > 0 && axis.start(count) > room * PIN_SHARE) count -= 1;
  return count;
}

function groupsOf(tab) {
  return (tab.columnGroups ?? []).map((group) => ({
    start: group.range?.startIndex ?? 0, end: group.range?.endIndex ?? 0,
    depth: group.depth ?? 1, collapsed: group.collapsed ?? false,
  }));
}
