// What is read of the selection besides its cells: its name, its sum, and where filled cells end.

import { readValues } from "./api.js";
import { cellName, letters } from "./format.js";
import { counted, figure, words } from "./words.js";

const SUMMED_CELLS = 200_000;

/** The name of a selected area, such as B2:C4, B:C or 2:4. */
export function areaName(area, { rowCount = 0, columnCount = 0 } = {}) {
  if (area.row === 0 && area.endRow === rowCount) return `${letters(area.column)}:${letters(area.endColumn - 1)}`;
  if (area.column === 0 && area.endColumn === columnCount) return `${area.row + 1}:${area.endRow}`;
  return `${cellName(area.row, area.column)}:${cellName(area.endRow - 1, area.endColumn - 1)}`;
}

/** Show sum, average and count of an area of what is open; `isStill()` says whether it still is. */
export async function showSums(el, mine, area, isStill) {
  const size = (area.endRow - area.row) * (area.endColumn - area.column);
  mine.sumStop?.abort();
  el.textContent = "";
  if (!mine.cells || size < 2 || size > SUMMED_CELLS) return;
  mine.sumStop = new AbortController();
  try {
    const values = (await readValues(mine.id, mine.tab.properties.title, area, "UNFORMATTED_VALUE", mine.sumStop.signal)).flat();
    const numbers = values.filter((value) => typeof value === "number");
    const count = values.filter((value) => value !== "").length;
    const sum = numbers.reduce((total, number) => total + number, 0);
    if (!isStill() || !count) return;
    el.textContent = numbers.length ? words.sums(figure(sum), figure(sum / numbers.length), counted(count)) : words.count(counted(count));
  } catch {
    el.textContent = "";
  }
}

/** Which cells of one row or one column hold something, as a function of the other index. */
export async function filledIn({ id, tab, stop }, { row, column }) {
  const { rowCount, columnCount } = tab.properties.gridProperties;
  const area = row === undefined
    ? { row: 0, endRow: rowCount, column, endColumn: column + 1 }
    : { row, endRow: row + 1, column: 0, endColumn: columnCount };
  const values = await readValues(id, tab.properties.title, area, "FORMATTED_VALUE", stop.signal).catch(() => []);
  return (at) => ((row === undefined ? values[at]?.[0] : values[0]?.[at]) ?? "") !== "";
}
