// What the page asks the server, in Google's public API shapes, and the cells it has read.
//
// Nothing here touches the document. Rows and columns are zero-based; ends are exclusive.

import { rangeName } from "./format.js";

const TILE_ROWS = 64;
const TILE_COLUMNS = 16;
const TILES_KEPT = 240;
const TILES_AT_ONCE = 12;
const PAUSE_MS = 70;
const PATIENCE_MS = 30_000;
/** Past this many rows every row is taken to have the usual height. */
const ROWS_MEASURED = 200_000;

const CELL = [
  "formattedValue", "note", "hyperlink", "userEnteredValue(formulaValue)",
  "effectiveValue(numberValue,boolValue,errorValue)",
  "effectiveFormat(backgroundColorStyle,borders,horizontalAlignment,verticalAlignment,wrapStrategy,"
    + "numberFormat(type),textFormat(foregroundColorStyle,bold,italic,underline,strikethrough,fontSize,fontFamily))",
  "dataValidation(condition(type),showCustomUi)",
].join(",");
const EMPTY = Object.freeze({});

/** The server refused (status and its own sentence) or did not answer (status 0). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, query, signal) {
  const url = `${path}?${new URLSearchParams(query)}`;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer;
  let body;
  try {
    answer = await fetch(url, { cache: "no-store", signal: signal ? AbortSignal.any([signal, patience]) : patience });
    body = await answer.text();
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new ApiError(0, String(fault.message ?? fault));
  }
  return understood(answer, body);
}

function understood(answer, body) {
  let data;
  try {
    data = JSON.parse(body);
  } catch {
    throw new ApiError(answer.ok ? 502 : answer.status, `HTTP ${answer.status}`);
  }
  if (answer.ok) return data;
  throw new ApiError(answer.status, data?.error?.message ?? `HTTP ${answer.status}`);
}

/** Whether a request was given up because nobody needs its answer any more. */
export function isAbort(fault) {
  return fault?.name === "AbortError";
}

/** All spreadsheets, newest change first: [{id, name, modifiedTime}]. */
export async function listFiles(signal) {
  const files = [];
  const query = { pageSize: "200", fields: "nextPageToken,files(id,name,modifiedTime)" };
  do {
    const page = await ask("/drive/v3/files", query, signal);
    files.push(...(page.files ?? []));
    query.pageToken = page.nextPageToken;
  } while (query.pageToken);
  return files.sort((a, b) => String(b.modifiedTime ?? "").localeCompare(String(a.modifiedTime ?? "")));
}

/** The cheap question of the poll: {version, modifiedTime}. */
export function fileState(id, signal) {
  return ask(`/drive/v3/files/${encodeURIComponent(id)}`, { fields: "version,modifiedTime" }, signal);
}

/** The tabs of a spreadsheet without their cells, in order, hidden ones left out. */
export async function listTabs(id, signal) {
  const fields = "sheets(properties(sheetId,title,index,hidden,tabColorStyle))";
  return visibleTabs(await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, { fields }, signal)).map((tab) => tab.properties);
}

function visibleTabs(spreadsheet) {
  return (spreadsheet.sheets ?? [])
    .filter((tab) => !tab.properties.hidden && (tab.properties.sheetType ?? "GRID") === "GRID")
    .sort((a, b) => (a.properties.index ?? 0) - (b.properties.index ?? 0));
}

/** Title and tabs of a spreadsheet, with merges, groups and filters: {title, tabs}. */
export async function readStructure(id, signal) {
  const fields = "properties(title),sheets(properties,merges,columnGroups,basicFilter(range))";
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, { fields }, signal);
  return { title: answer.properties?.title ?? "", tabs: visibleTabs(answer) };
}

/** Sizes and hiding of all rows and columns of a tab: {rows, columns}, Google's DimensionProperties. */
export async function readGeometry(id, properties, signal) {
  const { rowCount = 0, columnCount = 0 } = properties.gridProperties ?? {};
  if (!rowCount || !columnCount) return { rows: [], columns: [] };
  const query = [
    ["ranges", rangeName(properties.title, { row: 0, endRow: 1, column: 0, endColumn: columnCount })],
    ["ranges", rangeName(properties.title, { row: 0, endRow: Math.min(rowCount, ROWS_MEASURED), column: 0, endColumn: 1 })],
    ["fields", "sheets(data(rowMetadata(pixelSize,hiddenByUser,hiddenByFilter),columnMetadata(pixelSize,hiddenByUser)))"],
  ];
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, query, signal);
  const [across, down] = answer.sheets?.[0]?.data ?? [];
  return { rows: down?.rowMetadata ?? [], columns: across?.columnMetadata ?? [] };
}

/** Values of a range as lists of rows; `option` is a ValueRenderOption. */
export async function readValues(id, title, area, option, signal) {
  const path = `/v4/spreadsheets/${encodeURIComponent(id)}/values/${encodeURIComponent(rangeName(title, area))}`;
  const query = { majorDimension: "ROWS", valueRenderOption: option, dateTimeRenderOption: "FORMATTED_STRING" };
  return (await ask(path, query, signal)).values ?? [];
}

/**
 * The cells of one tab, read in tiles when they are wanted and kept for a while.
 *
 * `onArrival()` is called when newer cells are there, `onFault(error)` when a read failed.
 */
export class Cells {
  #id;
  #title;
  #onArrival;
  #onFault;
  #tiles = new Map();
  #edition = 0;
  #stamps = 0;
  #wanted = [];
  #ahead = [];
  #tookMs = 0;
  #gaveUp = false;
  #reading = null;
  #timer = 0;
  #readAt = -Infinity;

  constructor(id, title, onArrival, onFault) {
    this.#id = id;
    this.#title = title;
    this.#onArrival = onArrival;
    this.#onFault = onFault;
  }

  /** The cell, an empty object for an empty one, or undefined while it has not been read. */
  get(row, column) {
    const tile = this.#tiles.get(tileKey(Math.floor(row / TILE_ROWS), Math.floor(column / TILE_COLUMNS)));
    if (!tile) return undefined;
    return tile.rows[row % TILE_ROWS]?.[column % TILE_COLUMNS] ?? EMPTY;
  }

  /** Whether somebody changed this cell while the page was watching, within the last moments. */
  isFresh(row, column, now) {
    const tile = this.#tiles.get(tileKey(Math.floor(row / TILE_ROWS), Math.floor(column / TILE_COLUMNS)));
    return Boolean(tile?.changed) && now - tile.changedAt < 1500
      && tile.changed.has((row % TILE_ROWS) * TILE_COLUMNS + (column % TILE_COLUMNS));
  }

  /** A text that differs when what is known of a row's columns does. */
  stamp(row, column, endColumn) {
    const across = [];
    for (let at = Math.floor(column / TILE_COLUMNS); at * TILE_COLUMNS < endColumn; at += 1) {
      across.push(this.#tiles.get(tileKey(Math.floor(row / TILE_ROWS), at))?.stamp ?? 0);
    }
    return across.join(".");
  }

  /** Ask for areas now, and for others when those are there. Reads no longer wanted are given up. */
  want(areas, ahead) {
    this.#wanted = tilesOf(areas);
    this.#ahead = tilesOf(ahead);
    const keys = this.#needed();
    if (this.#reading && !this.#reading.tiles.some((tile) => keys.has(tile.key))) this.#giveUp();
    this.#schedule();
  }

  /** Read again, under a new title if it has one, keeping what is shown until the news is there. */
  refresh(title) {
    this.#title = title;
    this.#edition += 1;
    this.#giveUp();
    this.#schedule();
  }

  /** Stop reading for good. */
  close() {
    this.#wanted = this.#ahead = [];
    clearTimeout(this.#timer);
    this.#giveUp();
  }

  #giveUp() {
    if (!this.#reading) return;
    this.#gaveUp = true;
    this.#reading.stop.abort();
    this.#reading = null;
  }

  #needed() {
    return new Set([...this.#wanted, ...this.#ahead].map((tile) => tile.key));
  }

  #missing() {
    const isMissing = (tile) => this.#tiles.get(tile.key)?.edition !== this.#edition;
    const now = this.#wanted.filter(isMissing);
    return (now.length ? now : this.#ahead.filter(isMissing)).slice(0, TILES_AT_ONCE);
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#reading) return;
    // The server goes on with a read that was given up, so the next one waits about as long.
    const pause = this.#gaveUp ? Math.max(PAUSE_MS, this.#tookMs) : 0;
    const wait = Math.max(0, this.#readAt + pause - performance.now());
    this.#timer = setTimeout(() => this.#read(), wait);
  }

  async #read() {
    const tiles = this.#missing();
    if (!tiles.length) return;
    const stop = new AbortController();
    this.#reading = { tiles, stop };
    this.#readAt = performance.now();
    const edition = this.#edition;
    try {
      const query = rangesOf(tiles).map((area) => ["ranges", rangeName(this.#title, area)]);
      query.push(["fields", `sheets(data(startRow,startColumn,rowData(values(${CELL}))))`]);
      const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(this.#id)}`, query, stop.signal);
      if (stop.signal.aborted) return;
      this.#tookMs = performance.now() - this.#readAt;
      this.#gaveUp = false;
      this.#keep(tiles, answer.sheets?.[0]?.data ?? [], edition);
    } catch (fault) {
      if (stop.signal.aborted) return;
      this.#reading = null;
      this.#gaveUp = true;
      this.#onFault(fault);
      return;
    }
    this.#reading = null;
    this.#schedule();
  }

  #keep(tiles, parts, edition) {
    const now = performance.now();
    let news = false;
    for (const tile of tiles) {
      const rows = cut(parts, tile);
      const before = this.#tiles.get(tile.key);
      const text = JSON.stringify(rows);
      this.#tiles.delete(tile.key);
      if (before?.text === text) {
        this.#tiles.set(tile.key, { ...before, edition });
        continue;
      }
      this.#stamps += 1;
      news = true;
      const changed = before ? differences(before.rows, rows) : null;
      this.#tiles.set(tile.key, { rows, text, edition, stamp: this.#stamps, changed, changedAt: now });
    }
    const needed = this.#needed();
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= TILES_KEPT) break;
      if (!needed.has(key)) this.#tiles.delete(key);
    }
    if (news) this.#onArrival();
  }
}

function tileKey(down, across) {
  return `${down}:${across}`;
}

function tilesOf(areas) {
  const tiles = new Map();
  for (const area of areas) {
    for (let down = Math.floor(area.row / TILE_ROWS); down * TILE_ROWS < area.endRow; down += 1) {
      for (let across = Math.floor(area.column / TILE_COLUMNS); across * TILE_COLUMNS < area.endColumn; across += 1) {
        tiles.set(tileKey(down, across), {
          key: tileKey(down, across), down, across, limit: { row: area.rowCount, column: area.columnCount },
        });
      }
    }
  }
  return [...tiles.values()];
}

/** One range for each run of tiles side by side, never past the end of the grid. */
function rangesOf(tiles) {
  const sorted = [...tiles].sort((a, b) => a.down - b.down || a.across - b.across);
  const ranges = [];
  for (const tile of sorted) {
    const area = {
      row: tile.down * TILE_ROWS, endRow: Math.min((tile.down + 1) * TILE_ROWS, tile.limit.row),
      column: tile.across * TILE_COLUMNS, endColumn: Math.min((tile.across + 1) * TILE_COLUMNS, tile.limit.column),
    };
    const last = ranges.at(-1);
    if (last?.row === area.row && last.endColumn === area.column) last.endColumn = area.endColumn;
    else ranges.push(area);
  }
  return ranges;
}

/** The cells of one tile out of the answer's parts. */
function cut(parts, tile) {
  const top = tile.down * TILE_ROWS;
  const left = tile.across * TILE_COLUMNS;
  for (const part of parts) {
    const row = part.startRow ?? 0;
    const column = part.startColumn ?? 0;
    if (row !== top || column > left) continue;
    const rows = (part.rowData ?? []).slice(0, TILE_ROWS)
      .map((line) => (line.values ?? []).slice(left - column, left - column + TILE_COLUMNS));
    if (column === left || rows.some((line) => line.length)) return rows;
  }
  return [];
}

/** Where two editions of a tile differ, or null when so much does that the rows have moved. */
function differences(before, after) {
  const places = new Set();
  for (let row = 0; row < TILE_ROWS; row += 1) {
    for (let column = 0; column < TILE_COLUMNS; column += 1) {
      const old = before[row]?.[column]?.formattedValue ?? "";
      if (old !== (after[row]?.[column]?.formattedValue ?? "")) places.add(row * TILE_COLUMNS + column);
    }
  }
  return places.size && places.size < (TILE_ROWS * TILE_COLUMNS) / 4 ? places : null;
}
