// Tables as text: what is copied and what is pasted, cells parted by tabs and rows by lines.

/** The text of a table as spreadsheets write it: a cell with a tab, a line or a quote is quoted. */
export function toText(rows) {
  const cell = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join("\t")).join("\n");
}

/** The rows of a pasted text; a last line end does not begin a row. */
export function fromText(text) {
  const rows = [[]];
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  let at = 0;
  while (at <= source.length) {
    const [cell, next] = source[at] === '"' ? quotedCell(source, at) : plainCell(source, at);
    rows.at(-1).push(cell);
    if (source[next] === "\n") rows.push([]);
    at = next + 1;
  }
  return rows;
}

function plainCell(source, at) {
  const length = source.slice(at).search(/[\t\n]/);
  const end = length < 0 ? source.length : at + length;
  return [source.slice(at, end), end];
}

/** A cell in quotes; a quote that is never closed, or closed in mid-text, was only a character. */
function quotedCell(source, at) {
  const found = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(source.slice(at));
  return found ? [found[1].replaceAll('""', '"'), at + found[0].length] : plainCell(source, at);
}

/** The rows of one width, filled up with empty cells; a single cell is repeated over `height` x `width`. */
export function block(rows, height, width) {
  if (rows.length === 1 && rows[0].length === 1) return Array.from({ length: height }, () => Array.from({ length: width }, () => rows[0][0]));
  const widest = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array.from({ length: widest - row.length }, () => "")]);
}
