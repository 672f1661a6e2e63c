// Which part of a tab can be seen, what to draw around it, and which cells that needs.

const AHEAD_PX = 320;

/** The scrolling rows and columns that can be seen. */
export function seenIn(layout, { scrollTop, scrollLeft, clientWidth, clientHeight }) {
  const { rows, columns, pinnedRows, pinnedColumns, topPx, numbersPx } = layout;
  const headPx = rows.start(pinnedRows);
  const pinPx = columns.start(pinnedColumns);
  return {
    row: Math.max(pinnedRows, rows.at(scrollTop + headPx)),
    endRow: Math.min(rows.count, rows.at(scrollTop + clientHeight - topPx - 1) + 1),
    column: Math.max(pinnedColumns, columns.at(scrollLeft + pinPx)),
    endColumn: Math.min(columns.count, columns.at(scrollLeft + clientWidth - numbersPx - 1) + 1),
  };
}

/** Seen columns and some more; those drawn `before` while the seen ones stay inside. */
export function columnsToDraw(layout, seen, before, edition) {
  if (before.edition === edition && before.column <= seen.column && before.endColumn >= seen.endColumn) return before;
  const { columns, pinnedColumns, merges } = layout;
  let column = Math.max(pinnedColumns, columns.at(columns.start(seen.column) - AHEAD_PX));
  const endColumn = Math.min(columns.count, columns.at(columns.start(seen.endColumn) + AHEAD_PX) + 1);
  for (const merge of merges) {
    if (merge.column >= pinnedColumns && merge.column < column && merge.endColumn > column) column = merge.column;
  }
  return { edition, column, endColumn };
}

/** The areas whose cells are wanted now, and those wanted next: [areas, ahead]. */
export function wantedAreas({ rows, columns, pinnedRows, pinnedColumns }, seen, drawn) {
  const size = { rowCount: rows.count, columnCount: columns.count };
  const across = [{ column: seen.column, endColumn: seen.endColumn }, { column: 0, endColumn: pinnedColumns }];
  const down = [{ row: seen.row, endRow: seen.endRow }, { row: 0, endRow: pinnedRows }];
  const areas = down.flatMap((lines) => across.map((part) => ({ ...lines, ...part, ...size })));
  const page = seen.endRow - seen.row;
  const ahead = [
    { ...size, ...across[0], row: seen.endRow, endRow: Math.min(rows.count, seen.endRow + page) },
    { ...size, ...across[0], row: Math.max(pinnedRows, seen.row - page), endRow: seen.row },
    { ...size, ...down[0], column: drawn.column, endColumn: drawn.endColumn },
  ];
  const isArea = (area) => area.endRow > area.row && area.endColumn > area.column;
  return [areas.filter(isArea), ahead.filter(isArea)];
}
