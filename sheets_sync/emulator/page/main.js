// The page: the list of spreadsheets at "#", one tab of one at "#<id>/<sheetId>" or, with a cell
// selected, "#<id>/<sheetId>/B12". It asks every two seconds whether the spreadsheet has changed,
// as long as somebody can see it, and reads anew only then.

import { Cells, fileState, isAbort, listFiles, listTabs, readGeometry, readStructure, readValues } from "./api.js";
import { cellName, colour, contentOf, element, letters, parseCell, safeLink } from "./format.js";
import { Grid } from "./grid.js";
import { LANGUAGE, counted, figure, moment, words } from "./words.js";

const POLL_MS = 2000;
const POLL_AFTER_FAULT_MS = 4000;
const TABS_LISTED = 6;
const FILES_WITH_TABS = 60;
const SUMMED_CELLS = 200_000;

const $ = (id) => document.getElementById(id);

/** What is open. Replaced as a whole when the person goes elsewhere; `stop` ends its reads. */
let here = { stop: new AbortController() };
const views = new Map();
const grid = new Grid($("scroller"), { onSelect, onView, onHint, filled });

// --- going somewhere -------------------------------------------------------------------------

function target() {
  const [id = "", tab = "", cell = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { id, sheetId: tab === "" ? null : Number(tab), cell: parseCell(cell) };
}

async function go() {
  const { id, sheetId, cell } = target();
  if (id && id === here.id && here.cells && sheetId === here.tab.properties.sheetId) {
    if (cell) grid.select(cell.row, cell.column);
    return;
  }
  const staying = id && id === here.id;
  leave();
  here = { id, sheetId, stop: new AbortController(), structure: staying ? here.structure : null, state: staying ? here.state : null };
  $("files").hidden = Boolean(id);
  $("sheet").hidden = !id;
  if (!staying) $("changed").textContent = "";
  showBanner("");
  await attempt(() => (id ? openTab(here, cell) : openList(here)));
  poll(here);
}

function leave() {
  here.stop.abort();
  clearTimeout(here.timer);
  if (here.cells) {
    views.set(`${here.id}/${here.tab.properties.sheetId}`, grid.view);
    here.cells.close();
  }
  onHint(null);
  $("where").blur();
}

/** Do it; when it fails, say so in the banner and keep what is on the page. */
async function attempt(work) {
  const mine = here;
  try {
    await work();
    if (mine === here && mine.failed) recovered(mine);
  } catch (fault) {
    if (isAbort(fault) || mine !== here) return;
    mine.failed = true;
    if (mine.id && !mine.structure) $("name").textContent = words.unread;
    explain(fault);
  }
}

function recovered(mine) {
  mine.failed = false;
  showBanner("");
  grid.schedule();
}

function explain(fault) {
  if (fault.status === 0) showBanner(words.offline);
  else if (fault.status === 404) showBanner(words.gone);
  else showBanner(words.fault(fault.message));
  if (fault.status === undefined) throw fault;
}

function showBanner(text, retry = true) {
  $("banner").hidden = !text;
  $("banner-text").textContent = text;
  $("retry").hidden = !retry;
}

// --- the list --------------------------------------------------------------------------------

async function openList(mine) {
  document.title = words.files;
  $("name").textContent = words.files;
  const files = await listFiles(mine.stop.signal);
  const text = JSON.stringify(files);
  if (mine !== here) return;
  if (mine.listed === text) {
    document.querySelectorAll(".file-changed").forEach((el, at) => { el.textContent = moment(files[at].modifiedTime, Date.now()); });
    return;
  }
  mine.listed = text;
  $("no-files").hidden = files.length > 0;
  $("file-table").hidden = files.length === 0;
  const rows = files.map(fileRow);
  $("file-rows").replaceChildren(...rows.map(({ row }) => row));
  for (const { file, tabs } of rows.slice(0, FILES_WITH_TABS)) {
    tabs.append(...tabLinks(file.id, await listTabs(file.id, mine.stop.signal)));
  }
}

function fileRow(file) {
  const row = element("tr");
  const link = element("a", "file", { href: `#${encodeURIComponent(file.id)}` }, file.name);
  const name = element("th", "", { scope: "row" });
  name.append(link);
  const tabs = element("td", "file-tabs");
  const changed = element("td", "file-changed", { title: file.modifiedTime ?? "" }, moment(file.modifiedTime, Date.now()));
  row.append(name, tabs, changed);
  return { file, row, tabs };
}

function tabLinks(id, tabs) {
  const links = tabs.slice(0, TABS_LISTED).map((tab) => {
    const link = element("a", "chip", { href: `#${encodeURIComponent(id)}/${tab.sheetId}` }, tab.title);
    const ink = colour(tab.tabColorStyle);
    if (ink) link.style.borderBottomColor = ink;
    return link;
  });
  if (tabs.length > TABS_LISTED) links.push(element("span", "more", {}, words.moreTabs(tabs.length - TABS_LISTED)));
  return links;
}

// --- one tab ---------------------------------------------------------------------------------

async function openTab(mine, cell) {
  const { signal } = mine.stop;
  if (!mine.structure?.tabs.some((tab) => mine.sheetId === null || tab.properties.sheetId === mine.sheetId)) {
    $("name").textContent = words.loading;
    $("tabs").replaceChildren();
    delete $("tabs").dataset.key;
    for (const id of ["where", "content", "status", "sums"]) $(id)[id === "where" ? "value" : "textContent"] = "";
    grid.clear();
    mine.state = await fileState(mine.id, signal);
    mine.structure = await readStructure(mine.id, signal);
  }
  const { tabs } = mine.structure;
  mine.tab = tabs.find((tab) => tab.properties.sheetId === mine.sheetId) ?? tabs[0];
  showNames(mine);
  if (!mine.tab) {
    grid.clear();
    showBanner(words.noVisibleTab, false);
    return;
  }
  mine.geometry = await readGeometry(mine.id, mine.tab.properties, signal);
  if (mine !== here) return;
  mine.cells = new Cells(mine.id, mine.tab.properties.title, () => onCells(mine), (fault) => onFault(mine, fault));
  if (mine.sheetId !== null && mine.sheetId !== mine.tab.properties.sheetId) showBanner(words.noTab, false);
  const view = views.get(`${mine.id}/${mine.tab.properties.sheetId}`);
  grid.show(mine.tab, mine.geometry, mine.cells, view);
  if (cell) grid.select(cell.row, cell.column);
  if (document.activeElement === document.body) grid.takeFocus();
}

function showNames({ id, structure, tab, state }) {
  $("name").textContent = structure.title;
  document.title = tab ? `${tab.properties.title} - ${structure.title}` : structure.title;
  const time = state?.modifiedTime ? moment(state.modifiedTime, Date.now()) : "";
  $("changed").textContent = time ? words.changed(time) : "";
  showTabs(id, structure.tabs, tab);
}

function showTabs(id, tabs, active) {
  const key = JSON.stringify([id, tabs.map((tab) => [tab.properties.title, tab.properties.tabColorStyle]), active?.properties.sheetId]);
  if ($("tabs").dataset.key === key) return;
  $("tabs").dataset.key = key;
  const focused = $("tabs").contains(document.activeElement);
  $("tabs").replaceChildren(...tabs.map((tab) => {
    const chosen = tab === active;
    const { sheetId, title, tabColorStyle } = tab.properties;
    const link = element("a", "tab", {
      role: "tab", href: `#${encodeURIComponent(id)}/${sheetId}`, "aria-selected": String(chosen), "aria-controls": "scroller",
      tabindex: chosen ? "0" : "-1",
    }, title);
    const ink = colour(tabColorStyle);
    if (ink) {
      const mark = element("span", "tab-colour");
      mark.style.backgroundColor = ink;
      link.append(mark);
    }
    return link;
  }));
  const chosen = $("tabs").querySelector("[aria-selected=true]");
  chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focused) chosen?.focus();
}

function onCells(mine) {
  if (mine !== here) return;
  grid.schedule();
  showContent();
  showSums();
  if (mine.failed) recovered(mine);
}

function onFault(mine, fault) {
  if (mine !== here) return;
  mine.failed = true;
  mine.state = null;
  explain(fault);
}

// --- staying up to date ----------------------------------------------------------------------

function poll(mine, wait = POLL_MS) {
  clearTimeout(mine.timer);
  if (mine !== here) return;
  mine.timer = setTimeout(() => look(mine), wait);
}

async function look(mine) {
  if (mine !== here || document.hidden || mine.looking) return;
  mine.looking = true;
  await attempt(() => (mine.id ? follow(mine) : openList(mine)));
  mine.looking = false;
  poll(mine, mine.failed ? POLL_AFTER_FAULT_MS : POLL_MS);
}

/** Read the spreadsheet anew if it has changed. Scroll, selection and shown cells stay. */
async function follow(mine) {
  if (!mine.cells) {
    await openTab(mine);
    return;
  }
  const state = await fileState(mine.id, mine.stop.signal);
  const seen = mine.state;
  if (seen && seen.version === state.version && seen.modifiedTime === state.modifiedTime) {
    showNames(mine);
    return;
  }
  const structure = await readStructure(mine.id, mine.stop.signal);
  const tab = structure.tabs.find((each) => each.properties.sheetId === mine.tab.properties.sheetId);
  if (!tab) {
    mine.structure = structure;
    mine.cells.close();
    mine.cells = null;
    await openTab(mine);
    return;
  }
  const geometry = await readGeometry(mine.id, tab.properties, mine.stop.signal);
  if (mine !== here) return;
  const same = JSON.stringify([mine.tab, mine.geometry]) === JSON.stringify([tab, geometry]);
  Object.assign(mine, { state, structure, tab, geometry });
  showNames(mine);
  if (!same) grid.update(tab, geometry);
  mine.cells.refresh(tab.properties.title);
  grid.schedule();
}

function again() {
  clearTimeout(here.timer);
  look(here);
}

// --- the bar and the status line -------------------------------------------------------------

function onSelect() {
  const area = grid.selection;
  const several = area.endRow - area.row > 1 || area.endColumn - area.column > 1;
  if (document.activeElement !== $("where")) $("where").value = several && here.tab ? areaText(area) : cellName(grid.focus.row, grid.focus.column);
  showContent();
  clearTimeout(here.summing);
  here.summing = setTimeout(showSums, several ? 150 : 0);
}

function areaText(area) {
  const { rowCount = 0, columnCount = 0 } = here.tab.properties.gridProperties ?? {};
  if (area.row === 0 && area.endRow === rowCount) return `${letters(area.column)}:${letters(area.endColumn - 1)}`;
  if (area.column === 0 && area.endColumn === columnCount) return `${area.row + 1}:${area.endRow}`;
  return `${cellName(area.row, area.column)}:${cellName(area.endRow - 1, area.endColumn - 1)}`;
}

function showContent() {
  const text = here.cells ? contentOf(here.cells.get(grid.anchor.row, grid.anchor.column)) : "";
  if ($("content").textContent !== text) $("content").textContent = text;
}

async function showSums() {
  const mine = here;
  const area = grid.selection;
  const size = (area.endRow - area.row) * (area.endColumn - area.column);
  mine.sumStop?.abort();
  $("sums").textContent = "";
  if (!mine.cells || size < 2 || size > SUMMED_CELLS) return;
  mine.sumStop = new AbortController();
  try {
    const values = (await readValues(mine.id, mine.tab.properties.title, area, "UNFORMATTED_VALUE", mine.sumStop.signal)).flat();
    const numbers = values.filter((value) => typeof value === "number");
    const count = values.filter((value) => value !== "").length;
    const sum = numbers.reduce((total, number) => total + number, 0);
    if (mine !== here || !count) return;
    $("sums").textContent = numbers.length ? words.sums(figure(sum), figure(sum / numbers.length), counted(count)) : words.count(counted(count));
  } catch {
    $("sums").textContent = "";
  }
}

function onView(first, end) {
  const rows = grid.rows.count;
  $("status").textContent = end > first ? words.rows(counted(first + 1), counted(end), counted(rows)) : words.noRows;
}

/** Which cells of one row or one column hold something, as a function of the other index. */
async function filled({ row, column }) {
  const { rowCount, columnCount } = here.tab.properties.gridProperties;
  const area = row === undefined
    ? { row: 0, endRow: rowCount, column, endColumn: column + 1 }
    : { row, endRow: row + 1, column: 0, endColumn: columnCount };
  const values = await readValues(here.id, here.tab.properties.title, area, "FORMATTED_VALUE", here.stop.signal).catch(() => []);
  return (at) => ((row === undefined ? values[at]?.[0] : values[0]?.[at]) ?? "") !== "";
}

function jump(event) {
  event.preventDefault();
  const cell = parseCell($("where").value);
  if (!cell) {
    showBanner(words.badCell($("where").value), false);
    return;
  }
  showBanner("");
  grid.takeFocus();
  grid.select(cell.row, cell.column);
}

// --- notes, copying, and the rest of the page ------------------------------------------------

/** Show a cell's note and link beside it; null hides them. */
function onHint(cell, beside) {
  const hint = $("hint");
  document.querySelector("[aria-describedby=hint]")?.removeAttribute("aria-describedby");
  hint.hidden = !cell;
  if (!cell) return;
  const parts = cell.note ? [element("p", "note", {}, cell.note)] : [];
  const link = safeLink(cell);
  if (link) parts.push(element("p", "link", {}, destination(link)), element("p", "how", {}, words.follow));
  hint.replaceChildren(...parts);
  beside.setAttribute("aria-describedby", "hint");
  const box = beside.getBoundingClientRect();
  const right = box.right + hint.offsetWidth + 8 <= innerWidth;
  hint.style.left = `${Math.max(4, right ? box.right + 2 : box.left - hint.offsetWidth - 2)}px`;
  hint.style.top = `${Math.max(4, Math.min(box.top, innerHeight - hint.offsetHeight - 8))}px`;
}

/** A tab and a cell of this spreadsheet out of a link such as #gid=11&range=Q9, or null. */
function insideLink(link) {
  const found = /^#gid=(\d+)(?:&range=([A-Z]+\d+))?/.exec(link);
  return found && { sheetId: Number(found[1]), cell: found[2] };
}

function destination(link) {
  const inside = insideLink(link);
  const tab = inside && here.structure.tabs.find((each) => each.properties.sheetId === inside.sheetId);
  return tab ? `${tab.properties.title}${inside.cell ? ` ${inside.cell}` : ""}` : link;
}

/** Follow the link of the selected cell: Ctrl or Command with Enter, or with a click. */
function followLink() {
  const link = here.cells && safeLink(here.cells.get(grid.focus.row, grid.focus.column));
  if (!link) return;
  const inside = insideLink(link);
  if (inside) location.hash = `#${encodeURIComponent(here.id)}/${inside.sheetId}${inside.cell ? `/${inside.cell}` : ""}`;
  else window.open(link, "_blank", "noopener,noreferrer");
}

async function copy(event) {
  if (!here.cells || document.activeElement?.getAttribute("role") !== "grid") return;
  event.preventDefault();
  const area = grid.selection;
  const known = knownText(area);
  if (known !== null) {
    event.clipboardData.setData("text/plain", known);
    return;
  }
  const values = await readValues(here.id, here.tab.properties.title, area, "FORMATTED_VALUE", here.stop.signal).catch(() => null);
  if (values) await navigator.clipboard.writeText(values.map((row) => row.join("\t")).join("\n"));
}

/** The selection as tab-separated text, or null when part of it has not been read. */
function knownText(area) {
  const lines = [];
  for (let row = area.row; row < area.endRow; row += 1) {
    const line = [];
    for (let column = area.column; column < area.endColumn; column += 1) {
      const cell = here.cells.get(row, column);
      if (!cell) return null;
      line.push(cell.formattedValue ?? "");
    }
    lines.push(line.join("\t"));
  }
  return lines.join("\n");
}

function tabKey(event) {
  const tabs = [...$("tabs").children];
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  tabs[Math.max(0, Math.min(to, tabs.length - 1))].focus();
}

function tallBar() {
  const tall = $("sheet").classList.toggle("tall");
  $("taller").setAttribute("aria-expanded", String(tall));
  for (const name of ["title", "aria-label"]) $("taller").setAttribute(name, tall ? words.shorter : words.taller);
}

function start() {
  document.documentElement.lang = LANGUAGE;
  const labels = { home: words.home, where: words.where, content: words.content, tabs: words.tabs, taller: words.taller };
  for (const [id, label] of Object.entries(labels)) $(id).setAttribute("aria-label", label);
  for (const id of ["home", "where", "taller"]) $(id).title = labels[id];
  const texts = {
    retry: words.retry, "head-name": words.fileName, "head-tabs": words.fileTabs,
    "head-changed": words.fileChanged, "no-files": words.noFiles,
  };
  for (const [id, text] of Object.entries(texts)) $(id).textContent = text;
  addEventListener("hashchange", go);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
  document.addEventListener("copy", copy);
  $("retry").addEventListener("click", again);
  $("taller").addEventListener("click", tallBar);
  $("tabs").addEventListener("keydown", tabKey);
  $("where").addEventListener("focus", () => $("where").select());
  $("where").addEventListener("blur", onSelect);
  $("where").addEventListener("keydown", (event) => {
    if (event.key === "Enter") jump(event);
    if (event.key === "Escape") grid.takeFocus();
  });
  $("scroller").addEventListener("click", (event) => { if (event.ctrlKey || event.metaKey) followLink(); });
  $("scroller").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) followLink();
  });
  go();
}

start();
