// Where the keys of the keyboard take the selection.

import { clamp } from "./axis.js";
import { USUAL_ROW_PX } from "./layout.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Move a grid's selection by a key; whether the key meant anything. */
export function moveByKey(grid, event, filled) {
  const { key, shiftKey } = event;
  const far = event.ctrlKey || event.metaKey;
  if (event.altKey) return false;
  if (ARROWS[key]) {
    if (far) leap(grid, ARROWS[key], shiftKey, filled);
    else grid.select(...stepped(grid, ARROWS[key], shiftKey), { extend: shiftKey });
    return true;
  }
  const place = destination(grid, key, far, shiftKey);
  if (place) {
    grid.select(...place, { extend: shiftKey });
    if (key === "Home") grid.scrollHome(far);
    return true;
  }
  if (far && key.toLowerCase() === "a") {
    grid.selectAll();
    return true;
  }
  return far && key === " " ? grid.selectLines("columns") : shiftKey && key === " " && grid.selectLines("rows");
}

function destination(grid, key, far, extend) {
  const { rows, columns } = grid.layout;
  const { row, column } = from(grid, extend);
  const page = grid.pageRows;
  if (key === "Home") return [far ? rows.near(0, 1) : row, columns.near(0, 1)];
  if (key === "End") return [far ? rows.near(rows.count - 1, -1) : row, columns.near(columns.count - 1, -1)];
  if (key === "PageUp") return [paged(rows, row, -page), column];
  if (key === "PageDown") return [paged(rows, row, page), column];
  return null;
}

function paged(rows, row, by) {
  const px = rows.start(row) + by * USUAL_ROW_PX;
  return rows.near(rows.at(clamp(px, rows.total)), Math.sign(by));
}

/** Where a key starts: the selected cell, or the moving corner when the selection grows. */
function from(grid, extend) {
  return extend ? grid.focus : grid.anchor;
}

/** The cell beside the selected one, past the merged range that it may be in. */
export function stepped(grid, [down, right], extend = false) {
  const { row, column } = from(grid, extend);
  const { rows, columns } = grid.layout;
  const merge = grid.layout.mergeAt(row, column);
  const fromRow = merge ? (down > 0 ? merge.endRow - 1 : merge.row) : row;
  const fromColumn = merge ? (right > 0 ? merge.endColumn - 1 : merge.column) : column;
  return [down ? rows.step(fromRow, down) : row, right ? columns.step(fromColumn, right) : column];
}

/** To the edge of the filled cells in a direction, or to the next filled one. */
async function leap(grid, [down, right], extend, filled) {
  const { row, column } = from(grid, extend);
  const axis = down ? grid.layout.rows : grid.layout.columns;
  const by = down || right;
  const start = down ? row : column;
  const isFilled = await filled(down ? { column } : { row });
  let at = axis.step(start, by);
  const running = isFilled(start) && isFilled(at);
  while (axis.step(at, by) !== at && (running ? isFilled(axis.step(at, by)) : !isFilled(at))) at = axis.step(at, by);
  if (from(grid, extend).row !== row || from(grid, extend).column !== column) return;
  grid.select(down ? at : row, right ? at : column, { extend });
}
