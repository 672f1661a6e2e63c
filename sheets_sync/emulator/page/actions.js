// What a person can do to the spreadsheet besides typing, each as one request to the server.

import { change, enterBlocks } from "./api.js";
import { block } from "./clipboard.js";
import { letterRun, letters } from "./format.js";
import { Moved, reasonOf, unmoved } from "./writing.js";
import { words } from "./words.js";

/**
 * The actions of the page, on what is selected.
 *
 * The desk: `here()` is {id, tab, cells, structure}, `grid`, `writer`, `say(text)`, `problem(text)`,
 * `confirm(question)`, `again()` reads anew, `open(sheetId)` shows another tab.
 */
export class Actions {
  #desk;

  constructor(desk) {
    this.#desk = desk;
  }

  /** Do work in its turn, and say what came of it; the rows of `area` must be the ones shown. */
  async #do(work, done, area) {
    const here = this.#desk.here();
    let answer = null;
    try {
      answer = await this.#desk.writer.run(async () => {
        if (area) await unmoved(here.id, here.tab, here.cells, area);
        return (await work(here)) ?? true;
      });
      this.#desk.say(done);
    } catch (fault) {
      this.#desk.problem(reasonOf(fault));
      if (fault instanceof Moved) this.#desk.say(fault.message);
    }
    this.#desk.again();
    return answer;
  }

  #change(requests, done, area) {
    return this.#do((here) => change(here.id, requests), done, area);
  }

  /** The visible rows of the selection as GridRanges. */
  #ranges() {
    const { sheetId } = this.#desk.here().tab.properties;
    const { row, endRow, column, endColumn } = this.#desk.grid.selection;
    return this.#desk.grid.layout.rows.runs(row, endRow).map(([startRowIndex, endRowIndex]) => ({
      sheetId, startRowIndex, endRowIndex, startColumnIndex: column, endColumnIndex: endColumn,
    }));
  }

  #repeat(cell, fields, done) {
    const requests = this.#ranges().map((range) => ({ repeatCell: { range, cell, fields } }));
    return this.#change(requests, done, this.#desk.grid.selection);
  }

  /** Empty the selected cells; their looks stay. */
  clear() {
    const { grid } = this.#desk;
    const { cells } = this.#desk.here();
    const { row, endRow, column, endColumn } = grid.selection;
    if (endRow - row === 1 && endColumn - column === 1 && cells.get(row, column) && !cells.get(row, column).formattedValue) return null;
    return this.#repeat({}, "userEnteredValue", words.cleared);
  }

  /** Colour the selected cells; null takes the colour away. */
  colour(hex) {
    const parts = hex && [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
    const rgbColor = hex && { red: parts[0], green: parts[1], blue: parts[2] };
    const cell = hex ? { userEnteredFormat: { backgroundColorStyle: { rgbColor } } } : {};
    return this.#repeat(cell, "userEnteredFormat.backgroundColorStyle", hex ? words.coloured : words.uncoloured);
  }

  /** Make the selected cells bold, or plain when the first one is bold. */
  bold() {
    const { row, column } = this.#desk.grid.anchor;
    const bold = !this.#desk.here().cells.get(row, column)?.effectiveFormat?.textFormat?.bold;
    return this.#repeat({ userEnteredFormat: { textFormat: { bold } } }, "userEnteredFormat.textFormat.bold", bold ? words.bolded : words.unbolded);
  }

  /** Sort by the selected cell's column: the whole tab below its headings, or the selected rows. */
  sort(descending, whole) {
    const { grid } = this.#desk;
    const { sheetId, gridProperties } = this.#desk.here().tab.properties;
    const frozen = gridProperties.frozenRowCount ?? 0;
    const chosen = grid.selection;
    const range = whole
      ? { sheetId, startRowIndex: frozen, endRowIndex: gridProperties.rowCount, startColumnIndex: 0, endColumnIndex: gridProperties.columnCount }
      : { sheetId, startRowIndex: Math.max(frozen, chosen.row), endRowIndex: chosen.endRow, startColumnIndex: chosen.column, endColumnIndex: chosen.endColumn };
    const { column } = grid.anchor;
    const sortSpecs = [{ dimensionIndex: column, sortOrder: descending ? "DESCENDING" : "ASCENDING" }];
    const area = whole ? { ...chosen, row: 0, endRow: frozen } : chosen;
    return this.#change([{ sortRange: { range, sortSpecs } }], words.sorted(this.#desk.columnName(column)), area);
  }

  /** Insert as many rows as are selected, above (-1) or below (1). */
  async insertRows(by) {
    const { row, endRow, column } = this.#desk.grid.selection;
    const at = by < 0 ? row : endRow;
    const frozen = this.#desk.grid.layout.frozenRows;
    const done = await this.#insert("ROWS", at, endRow - row, by > 0 && at > frozen, words.insertedRows(endRow - row));
    if (done) this.#desk.selectLater(at, column);
  }

  /** Insert as many columns as are selected, left (-1) or right (1). */
  async insertColumns(by) {
    const { row, column, endColumn } = this.#desk.grid.selection;
    const at = by < 0 ? column : endColumn;
    const done = await this.#insert("COLUMNS", at, endColumn - column, by > 0, words.insertedColumns(endColumn - column));
    if (done) this.#desk.selectLater(row, at);
  }

  #insert(dimension, startIndex, count, inheritFromBefore, done) {
    const { sheetId } = this.#desk.here().tab.properties;
    const range = { sheetId, dimension, startIndex, endIndex: startIndex + count };
    return this.#change([{ insertDimension: { range, inheritFromBefore } }], done, this.#desk.grid.selection);
  }

  /** Delete the selected rows, after asking. */
  deleteRows() {
    const { row, endRow } = this.#desk.grid.selection;
    return this.#delete("ROWS", row, endRow, words.theRows(row + 1, endRow));
  }

  /** Delete the selected columns, after asking. */
  deleteColumns() {
    const { column, endColumn } = this.#desk.grid.selection;
    return this.#delete("COLUMNS", column, endColumn, words.theColumns(letterRun(column, endColumn - 1)));
  }

  async #delete(dimension, startIndex, endIndex, name) {
    const area = this.#desk.grid.selection;
    const { sheetId } = this.#desk.here().tab.properties;
    if (!(await this.#desk.confirm(name))) return;
    await this.#change([{ deleteDimension: { range: { sheetId, dimension, startIndex, endIndex } } }], words.deleted(name), area);
  }

  /** Put a pasted table at the selection; rows that cannot be seen are passed over. */
  async paste(rows) {
    const { grid } = this.#desk;
    const { row, endRow, column, endColumn } = grid.selection;
    const { tab } = this.#desk.here();
    const values = block(rows, grid.layout.rows.runs(row, endRow).reduce((sum, [from, end]) => sum + end - from, 0), endColumn - column);
    const places = visibleFrom(grid.layout.rows, row, values.length);
    const area = { row, endRow: places.at(-1) + 1, column, endColumn: column + values[0].length };
    const blocks = asBlocks(places, values, area);
    const done = await this.#do(async (here) => {
      const grow = growth(tab, area);
      if (grow.length) await change(here.id, grow);
      await enterBlocks(here.id, tab.properties.title, blocks);
    }, words.pasted(values.length, values[0].length), { ...area, endRow: Math.min(area.endRow, grid.layout.rows.count) });
    if (done) grid.selectArea({ ...area, endRow: Math.min(area.endRow, grid.layout.rows.count), endColumn: Math.min(area.endColumn, grid.layout.columns.count) });
  }

  /** Keep a column group folded or open for everybody. */
  fold(group, collapsed) {
    const { sheetId } = this.#desk.here().tab.properties;
    const range = { sheetId, dimension: "COLUMNS", startIndex: group.start, endIndex: group.end };
    const run = letterRun(group.start, group.end - 1);
    const request = { updateDimensionGroup: { dimensionGroup: { range, depth: group.depth, collapsed }, fields: "collapsed" } };
    return this.#change([request], collapsed ? words.folded(run) : words.unfolded(run));
  }

  /** Add a tab at the end and open it. */
  async addTab() {
    const taken = new Set(this.#desk.here().structure.tabs.map((tab) => tab.properties.title));
    let number = taken.size + 1;
    while (taken.has(words.newTab(number))) number += 1;
    const title = words.newTab(number);
    const replies = await this.#change([{ addSheet: { properties: { title } } }], words.addedTab(title));
    if (replies) this.#desk.open(replies[0].addSheet.properties.sheetId);
  }

  /** Give a tab another name. */
  renameTab(sheetId, title) {
    return this.#do(async (here) => {
      await change(here.id, [{ updateSheetProperties: { properties: { sheetId, title }, fields: "title" } }]);
      // What is typed before the next reading belongs to the tab under its new name.
      const tab = here.structure?.tabs.find((each) => each.properties.sheetId === sheetId);
      if (tab) tab.properties.title = title;
    }, words.renamedTab(title));
  }

  /** Make a filter view of the rows that hold the same text as the selected cell; its id. */
  async addView() {
    const { row, column } = this.#desk.grid.anchor;
    const { tab, cells } = this.#desk.here();
    const text = cells.get(row, column)?.formattedValue ?? "";
    const frozen = tab.properties.gridProperties.frozenRowCount ?? 0;
    const title = `${this.#desk.heading(column) || letters(column)} = ${text || words.blank}`;
    const condition = text ? { type: "TEXT_EQ", values: [{ userEnteredValue: text }] } : { type: "BLANK" };
    const range = { sheetId: tab.properties.sheetId, startRowIndex: Math.max(0, frozen - 1), startColumnIndex: 0, endColumnIndex: tab.properties.gridProperties.columnCount };
    const filter = { title, range, filterSpecs: [{ columnIndex: column, filterCriteria: { condition } }] };
    const replies = await this.#change([{ addFilterView: { filter } }], words.viewOn(title));
    return replies ? replies[0].addFilterView.filter : null;
  }

  /** Delete a filter view; no row is touched. */
  deleteView(view) {
    return this.#change([{ deleteFilterView: { filterId: view.filterViewId } }], words.viewGone(view.title ?? ""));
  }
}

/** `count` visible rows from `row` on, and past the last row as many as are lacking. */
function visibleFrom(rows, row, count) {
  const places = [];
  for (let at = row; places.length < count; at += 1) if (at >= rows.count || rows.shown(at)) places.push(at);
  return places;
}

/** The pasted values as blocks of neighbouring rows. */
function asBlocks(places, values, { column, endColumn }) {
  const blocks = [];
  places.forEach((row, at) => {
    const last = blocks.at(-1);
    if (last?.area.endRow === row) {
      last.area.endRow += 1;
      last.values.push(values[at]);
    } else {
      blocks.push({ area: { row, endRow: row + 1, column, endColumn }, values: [values[at]] });
    }
  });
  return blocks;
}

/** What makes room for an area that is larger than the tab. */
function growth(tab, area) {
  const { sheetId, gridProperties: { rowCount, columnCount } } = tab.properties;
  const lacking = [["ROWS", area.endRow - rowCount], ["COLUMNS", area.endColumn - columnCount]];
  return lacking.filter(([, length]) => length > 0).map(([dimension, length]) => ({ appendDimension: { sheetId, dimension, length } }));
}
