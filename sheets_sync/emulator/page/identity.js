// Which row and column a person meant, when others sorted, inserted or deleted meanwhile.
//
// A row is known by what was seen in it: by its frozen columns first, which hold what names a row,
// then by how much of the rest is equal. A column is known by its heading. Pure functions over texts.

const ALIKE = 0.5;

/** What is seen of a row: {row, column, texts, heads, keys}; a text that was not read is undefined. */
export function remember(cells, tab, row, column) {
  const { columnCount = 0, frozenRowCount = 0, frozenColumnCount = 0 } = tab.properties.gridProperties ?? {};
  const texts = Array.from({ length: columnCount }, (_, at) => {
    const cell = cells.get(row, at);
    return cell && (cell.formattedValue ?? "");
  });
  const headRows = row < frozenRowCount ? 0 : frozenRowCount;
  return { row, column, texts, headRows, heads: heads(cells, headRows, columnCount), keys: frozenColumnCount };
}

function heads(cells, rows, columns) {
  return Array.from({ length: columns }, (_, at) => (
    Array.from({ length: rows }, (__, row) => cells.get(row, at)?.formattedValue ?? "").join("\n")
  ));
}

/** The headings of each column out of the values of the frozen rows. */
export function headsOf(values, columns) {
  return Array.from({ length: columns }, (_, at) => values.map((row) => row[at] ?? "").join("\n"));
}

/**
 * What was seen, with its columns where they are now: null when the column meant is gone or is one
 * of several of that name. `now` are the headings of today.
 */
export function follow(seen, now) {
  const known = seen.heads.filter((head) => head.trim());
  if (!seen.headRows || !known.length) return seen;
  if (seen.heads.every((head, at) => !head.trim() || head === now[at])) return seen;
  const places = seen.heads.map((head) => (head.trim() && now.indexOf(head) === now.lastIndexOf(head) ? now.indexOf(head) : -1));
  const texts = Array.from({ length: now.length });
  places.forEach((to, from) => { if (to >= 0) texts[to] = seen.texts[from]; });
  const keys = new Set(places.slice(0, seen.keys).filter((at) => at >= 0));
  const unnamed = !seen.heads[seen.column].trim() && seen.heads.slice(0, seen.column + 1).every((head, at) => !head.trim() || head === now[at]);
  const column = unnamed ? seen.column : places[seen.column];
  return column < 0 ? null : { ...seen, column, texts, heads: now, keys: keys.size };
}

/** Whether a row is, cell by cell, the one that was seen; the cell meant itself does not count. */
export function isSame(seen, texts) {
  return seen.texts.every((text, at) => at === seen.column || text === undefined || text === (texts[at] ?? ""));
}

/** Whether the frozen columns, which name a row, are the ones that were seen. */
export function hasKey(seen, texts) {
  const keys = keyColumns(seen);
  return keys.length > 0 && keys.every((at) => seen.texts[at] === (texts[at] ?? ""));
}

/** Whether a row is the one seen although figures in it changed: by its key, else by most of it. */
export function isLike(seen, texts) {
  if (isSame(seen, texts) || hasKey(seen, texts)) return true;
  if (keyColumns(seen).length) return false;
  const known = seen.texts.map((_, at) => at).filter((at) => at !== seen.column && seen.texts[at]);
  return known.length > 0 && known.filter((at) => seen.texts[at] === (texts[at] ?? "")).length >= known.length * ALIKE;
}

function keyColumns(seen) {
  const named = seen.texts.map((_, at) => at).slice(0, seen.keys).filter((at) => at !== seen.column && seen.texts[at] !== undefined);
  return named.some((at) => seen.texts[at] !== "") ? named : [];
}

/** The one row that is the row seen, or -1 when it is gone or several could be it. */
export function findRow(seen, rows) {
  if (isSame(seen, rows[seen.row] ?? [])) return seen.row;
  const named = keyColumns(seen).length > 0;
  const known = seen.texts.map((_, at) => at).filter((at) => at !== seen.column && seen.texts[at]);
  if (!known.length) return -1;
  let best = [];
  let most = named ? 0 : Math.ceil(known.length * ALIKE);
  rows.forEach((texts, row) => {
    if (row < seen.headRows || (named && !hasKey(seen, texts))) return;
    const alike = known.filter((at) => seen.texts[at] === (texts[at] ?? "")).length;
    if (alike > most) [best, most] = [[row], alike];
    else if (alike === most) best.push(row);
  });
  if (best.length === 1) return best[0];
  return best.includes(seen.row) ? seen.row : -1;
}
