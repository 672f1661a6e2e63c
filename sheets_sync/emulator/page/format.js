// How a cell of the Sheets API looks and reads: names in A1 notation, colours, alignment, the text
// for the content bar, and the element that shows it. Nothing here reads the page or the server.
// Rows and columns are zero-based; ends are exclusive.

const DAY_MS = 86_400_000;
const SERIAL_DAY_ZERO = Date.UTC(1899, 11, 30);
const POINT_PX = 4 / 3;
const USUAL_LINE_PX = 17;
/** What a spreadsheet without a theme of its own means by its theme colours. */
const THEME = {
  TEXT: "#000000", BACKGROUND: "#ffffff", ACCENT1: "#4285f4", ACCENT2: "#ea4335", ACCENT3: "#fbbc04",
  ACCENT4: "#34a853", ACCENT5: "#ff6d01", ACCENT6: "#46bdc6", LINK: "#1155cc",
};
const SAFE_LINK = /^(https?:|mailto:|#gid=\d+)/i;
const BORDER = { DOTTED: "dotted", DASHED: "dashed", DOUBLE: "double" };
const DEFAULT_FONT = /^(arial|roboto|calibri|docs-|sans-serif|)$/i;

/** The letters of a column: 0 is A, 26 is AA. */
export function letters(column) {
  let text = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
  }
  return text;
}

/** The letters of a run of columns: "C", or "C-F". */
export function letterRun(first, last) {
  return first === last ? letters(first) : `${letters(first)}-${letters(last)}`;
}

/** The name of a cell, such as B12. */
export function cellName(row, column) {
  return `${letters(column)}${row + 1}`;
}

/** A range of one tab in A1 notation, its title quoted. */
export function rangeName(title, { row, endRow, column, endColumn }) {
  const area = `${cellName(row, column)}:${cellName(endRow - 1, endColumn - 1)}`;
  return `${quoted(title)}!${area}`;
}

/** The title of a tab as A1 notation quotes it; on its own it means the whole tab. */
export function quoted(title) {
  return `'${title.replaceAll("'", "''")}'`;
}

/** The cell that a person named, as {row, column}, or null. */
export function parseCell(text) {
  const found = /^\$?([A-Za-z]{1,3})\$?([1-9]\d{0,7})$/.exec(text.trim());
  if (!found) return null;
  const column = [...found[1].toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return { row: Number(found[2]) - 1, column: column - 1 };
}

/** The cell or rectangle that a person named, such as B12 or B2:C9, or null. */
export function parseArea(text) {
  const [first, last] = text.includes(":") ? text.split(":", 2).map(parseCell) : [parseCell(text), parseCell(text)];
  if (!first || !last) return null;
  return {
    row: Math.min(first.row, last.row), endRow: Math.max(first.row, last.row) + 1,
    column: Math.min(first.column, last.column), endColumn: Math.max(first.column, last.column) + 1,
  };
}

/** A CSS colour of a Google ColorStyle, or "" when there is none. */
export function colour(style) {
  if (!style) return "";
  if (style.themeColor) return THEME[style.themeColor] ?? "";
  if (!style.rgbColor) return "";
  const part = (share) => Math.round((share ?? 0) * 255).toString(16).padStart(2, "0");
  return `#${part(style.rgbColor.red)}${part(style.rgbColor.green)}${part(style.rgbColor.blue)}`;
}

/** Whether a colour is so dark that the text on it should be light. */
function isDark(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
}

/** "number", "bool", "error", "text" or "empty". */
export function kindOf(cell) {
  const value = cell?.effectiveValue;
  if (value?.numberValue !== undefined) return "number";
  if (value?.boolValue !== undefined) return "bool";
  if (value?.errorValue) return "error";
  return cell?.formattedValue ? "text" : "empty";
}

const BY_KIND = { number: "right", bool: "center", error: "center", text: "left", empty: "left" };

/** Where the text of a cell stands: "left", "center" or "right". */
export function alignment(cell) {
  const asked = cell?.effectiveFormat?.horizontalAlignment;
  if (asked) return asked.toLowerCase();
  return isCheckbox(cell) ? "center" : BY_KIND[kindOf(cell)];
}

/** "overflow", "clip" or "wrap". */
export function wrapping(cell) {
  const asked = cell?.effectiveFormat?.wrapStrategy ?? "OVERFLOW_CELL";
  if (asked === "WRAP") return "wrap";
  return asked === "CLIP" ? "clip" : "overflow";
}

/** The CSS font of a cell, for measuring; `family` is the page's own. */
export function font(cell, family) {
  const text = cell?.effectiveFormat?.textFormat ?? {};
  const size = fontPixels(text) ?? 13;
  return `${text.italic ? "italic " : ""}${text.bold ? "bold " : ""}${size}px ${family}`;
}

/** The size of a text format in CSS pixels; undefined for the usual ten points. */
function fontPixels(text) {
  return text.fontSize && text.fontSize !== 10 ? Math.round(text.fontSize * POINT_PX * 10) / 10 : undefined;
}

/** The height of a line of a cell's text in pixels. */
export function linePixels(cell) {
  return Math.max(USUAL_LINE_PX, Math.round((fontPixels(cell?.effectiveFormat?.textFormat ?? {}) ?? 0) * 1.3));
}

/** The font of a text format unless it is a usual sans-serif, for which the page's own is meant. */
function fontFamily(text) {
  return DEFAULT_FONT.test(text.fontFamily ?? "") ? undefined : text.fontFamily;
}

/** The address behind a cell when it is safe to follow, else undefined. */
export function safeLink(cell) {
  return cell?.hyperlink && SAFE_LINK.test(cell.hyperlink) ? cell.hyperlink : undefined;
}

/** The place in this spreadsheet that a link leads to, such as #gid=11&range=Q9: {sheetId, area}; else null. */
export function insideLink(link) {
  if (!/^#gid=\d/.test(link ?? "")) return null;
  const asked = new URLSearchParams(link.slice(1));
  return { sheetId: parseInt(asked.get("gid"), 10), area: parseArea(asked.get("range") ?? "") };
}

/** Whether a cell is ticked and unticked instead of written in. */
export function isCheckbox(cell) {
  return cell?.dataValidation?.condition?.type === "BOOLEAN";
}

/** What the content bar shows: the formula, or the value as a person would type it. */
export function contentOf(cell) {
  if (!cell) return "";
  if (cell.userEnteredValue?.formulaValue) return cell.userEnteredValue.formulaValue;
  const value = cell.effectiveValue ?? {};
  if (value.boolValue !== undefined) return value.boolValue ? "TRUE" : "FALSE";
  if (value.numberValue === undefined) return cell.formattedValue ?? "";
  return typedNumber(value.numberValue, cell.effectiveFormat?.numberFormat?.type);
}

function typedNumber(number, type) {
  if (type === "PERCENT") return `${plain(number * 100)}%`;
  const moment = new Date(Math.round((SERIAL_DAY_ZERO + number * DAY_MS) / 1000) * 1000);
  if (Number.isNaN(moment.getTime())) return plain(number);
  const [date, time] = moment.toISOString().slice(0, 19).split("T");
  if (type === "DATE") return date;
  if (type === "DATE_TIME") return `${date} ${time}`;
  if (type === "TIME") return time;
  return plain(number);
}

/** A number without the noise of binary fractions. */
function plain(number) {
  return String(Number(number.toPrecision(15)));
}

/** An element with classes and attributes; text is set as text and never read as markup. */
export function element(tag, className = "", attributes = {}, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

/** Measures text in the page's font, remembering what it measured. */
export class Ruler {
  #context = document.createElement("canvas").getContext("2d");
  #known = new Map();

  width(text, face) {
    const key = `${face}\n${text}`;
    let width = this.#known.get(key);
    if (width === undefined) {
      if (this.#known.size > 20_000) this.#known.clear();
      this.#context.font = face;
      width = this.#context.measureText(text).width;
      this.#known.set(key, width);
    }
    return width;
  }
}

/** Give a cell's element its text and looks. */
export function dress(el, cell) {
  const format = cell.effectiveFormat ?? {};
  const text = format.textFormat ?? {};
  const background = colour(format.backgroundColorStyle);
  const ink = colour(text.foregroundColorStyle);
  const classes = el.classList;
  classes.add(alignment(cell), wrapping(cell));
  if (format.verticalAlignment === "TOP" || format.verticalAlignment === "MIDDLE") classes.add(`v-${format.verticalAlignment.toLowerCase()}`);
  if (background && background !== "#ffffff") {
    el.style.backgroundColor = background;
    classes.add("filled");
    if (isDark(background)) classes.add("dark");
  }
  if (ink && ink !== "#000000") el.style.color = ink;
  for (const name of ["bold", "italic", "underline", "strikethrough"]) if (text[name]) classes.add(name);
  const px = fontPixels(text);
  if (px) Object.assign(el.style, { fontSize: `${px}px`, lineHeight: `${linePixels(cell)}px` });
  const family = fontFamily(text);
  if (family) el.style.fontFamily = `"${family}", var(--face)`;
  for (const side of ["Top", "Right", "Bottom", "Left"]) edge(el, side, format.borders?.[side.toLowerCase()]);
  if (cell.note) classes.add("noted");
  if (safeLink(cell)) classes.add("linked");
  if (insideLink(safeLink(cell))) classes.add("inside");
  const shown = shownText(cell);
  if (shown) el.append(element("span", "text", {}, shown));
  if (cell.dataValidation?.condition?.type?.startsWith("ONE_OF_")) classes.add("choice");
}

function shownText(cell) {
  if (!isCheckbox(cell)) return cell.formattedValue;
  const kind = kindOf(cell);
  if (kind === "empty") return "☐";
  return kind === "bool" ? (cell.effectiveValue.boolValue ? "☑" : "☐") : cell.formattedValue;
}

function edge(el, side, border) {
  if (!border?.style || border.style === "NONE") return;
  const width = { SOLID_MEDIUM: 2, SOLID_THICK: 3, DOUBLE: 3 }[border.style] ?? 1;
  el.style[`border${side}`] = `${width}px ${BORDER[border.style] ?? "solid"} ${colour(border.colorStyle) || "#000"}`;
}
