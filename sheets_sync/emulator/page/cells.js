// The cells of one tab as the page has read them, in tiles, when they are wanted.
//
// Nothing here touches the document. Rows and columns are zero-based; ends are exclusive.

import { readTiles } from "./api.js";

const TILE_ROWS = 64;
const TILE_COLUMNS = 16;
const TILES_KEPT = 240;
const TILES_AT_ONCE = 12;
const PAUSE_MS = 70;
const EMPTY = Object.freeze({});

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

  /** Show a text that was sent to be written, until the server's own word arrives. */
  expect(row, column, text) {
    const tile = this.#tiles.get(tileKey(Math.floor(row / TILE_ROWS), Math.floor(column / TILE_COLUMNS)));
    if (!tile) return;
    const [down, across] = [row % TILE_ROWS, column % TILE_COLUMNS];
    const before = tile.rows[down]?.[across] ?? EMPTY;
    const line = tile.rows[down] ?? (tile.rows[down] = []);
    line[across] = { ...before, formattedValue: text, pending: true };
    for (let at = 0; at < across; at += 1) line[at] ??= EMPTY;
    for (let at = 0; at < down; at += 1) tile.rows[at] ??= [];
    this.#stamps += 1;
    Object.assign(tile, { text: "", stamp: this.#stamps });
    this.#onArrival();
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
      const parts = await readTiles(this.#id, this.#title, rangesOf(tiles), stop.signal);
      if (stop.signal.aborted) return;
      this.#tookMs = performance.now() - this.#readAt;
      this.#gaveUp = false;
      this.#keep(tiles, parts, edition);
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
