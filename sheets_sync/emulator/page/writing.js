// Getting a person's edit to the cell they saw, one write after the other.
//
// Between seeing and writing others may have sorted, inserted or deleted. So each write first reads
// the row anew; what was typed goes where that row is now, and nowhere when it is gone.

import { ApiError, enter, readLines, readNamed } from "./api.js";
import { cellName, quoted } from "./format.js";
import { findRow, follow, headsOf, isLike, isSame, remember } from "./identity.js";
import { words } from "./words.js";

const ROWS_COMPARED = 300;

/** The place that a person meant is not there any more; the message says so to them. */
export class Moved extends Error {}

/** What went wrong, as a sentence with a way on. */
export function reasonOf(fault) {
  if (fault instanceof Moved) return fault.message;
  if (fault.status === 0) return words.notSavedOffline;
  if (fault.status === undefined) throw fault;
  return words.refused(fault.message);
}

/** Where the row and column that were seen are now, with the row's texts; null when they are gone. */
export async function findPlace(id, title, seen) {
  const near = await beside(id, title, seen);
  if (near) return near;
  const rows = await readNamed(id, quoted(title));
  const now = follow(seen, headsOf(rows.slice(0, seen.headRows), widest(seen, rows)));
  const row = now ? findRow(now, rows) : -1;
  return row < 0 ? null : { row, column: now.column, seen: now, texts: rows[row] ?? [] };
}

/** The same as findPlace for a row that has not moved, in one small read; else null. */
async function beside(id, title, seen) {
  const spans = [[seen.row, seen.row + 1]];
  if (seen.headRows) spans.push([0, seen.headRows]);
  try {
    const [[texts = []], heads = []] = await readLines(id, title, spans);
    const now = follow(seen, headsOf(heads, widest(seen, heads)));
    return now && isSame(now, texts) ? { row: seen.row, column: now.column, seen: now, texts } : null;
  } catch (fault) {
    if (fault.status === 400) return null;
    throw fault;
  }
}

function widest(seen, rows) {
  return rows.reduce((most, row) => Math.max(most, row.length), seen.texts.length);
}

/** Write a typed text into the cell that was seen: {row, column, former} of where it went. */
export async function writeSeen(id, title, seen, text) {
  const place = await findPlace(id, title, seen);
  if (!place) throw new Moved(words.rowGone);
  const { row, column } = place;
  const former = place.texts[column] ?? "";
  await enter(id, title, { row, endRow: row + 1, column, endColumn: column + 1 }, [[text]]);
  const [[texts = []]] = await readLines(id, title, [[row, row + 1]]);
  const stayed = isLike(place.seen, texts);
  return { row, column, stayed, former: former === (seen.texts[seen.column] ?? former) ? null : former };
}

/** Refuse with Moved unless the rows of an area are still the ones that the page shows. */
export async function unmoved(id, tab, cells, area) {
  const { title, gridProperties = {} } = tab.properties;
  const endRow = Math.min(area.endRow, area.row + ROWS_COMPARED);
  const seen = [];
  for (let row = area.row; row < endRow; row += 1) {
    if (cells.get(row, area.column)) seen.push(remember(cells, tab, row, -1));
  }
  if (!seen.length) return;
  const headRows = gridProperties.frozenRowCount ?? 0;
  const spans = [[area.row, endRow], ...(headRows ? [[0, headRows]] : [])];
  const [rows, heads = []] = await readLines(id, title, spans).catch((fault) => {
    if (fault.status === 400) throw new Moved(words.changedMeanwhile);
    throw fault;
  });
  const now = headsOf(heads, seen[0].texts.length);
  const same = seen.every((each) => {
    const texts = rows[each.row - area.row] ?? [];
    return (!each.headRows || each.heads.every((head, at) => head === now[at])) && isLike(each, texts);
  });
  if (!same) throw new Moved(words.changedMeanwhile);
}

/**
 * Edits on their way to the server, in the order they were made.
 *
 * `hooks`: `titleOf(id, sheetId)` now, `onDone()` after each, `say(text)` for what is worth telling,
 * `onLost(edit, reason)` for what could not be written.
 */
export class Writer {
  #hooks;
  #last = Promise.resolve();
  #under = 0;

  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Whether something is still on its way. */
  get busy() { return this.#under > 0; }

  /** Do one piece of work after those before it; what it throws is for the caller. */
  run(work) {
    this.#under += 1;
    const mine = this.#last.then(work).finally(() => { this.#under -= 1; });
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Write what was typed: {id, sheetId, seen, text}. */
  async put(edit) {
    try {
      const went = await this.run(() => {
        const title = this.#hooks.titleOf(edit.id, edit.sheetId);
        if (title === undefined) throw new Moved(words.tabGone);
        return writeSeen(edit.id, title, edit.seen, edit.text);
      });
      this.#tell(edit, went);
    } catch (fault) {
      if (!(fault instanceof Moved) && !(fault instanceof ApiError)) throw fault;
      this.#hooks.onLost(edit, reasonOf(fault));
    }
    this.#hooks.onDone(edit);
  }

  #tell({ seen }, { row, column, stayed, former }) {
    const name = cellName(row, column);
    if (!stayed) this.#hooks.say(words.checkPlace(name), true);
    else if (row !== seen.row || column !== seen.column) this.#hooks.say(words.wentTo(cellName(seen.row, seen.column), name), true);
    else if (former !== null) this.#hooks.say(words.replaced(name, former), true);
    else this.#hooks.say(words.written(name));
  }
}
