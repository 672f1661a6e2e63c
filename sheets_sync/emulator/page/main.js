// The page: the list of spreadsheets at "#", one tab of one at "#<id>/<sheetId>" or, with a cell
// selected, "#<id>/<sheetId>/B12" or "/B2:C9". It asks every two seconds whether the spreadsheet has changed,
// as long as somebody can see it, and reads anew only then.

import { Actions } from "./actions.js";
import { fileState, isAbort, readGeometry, readStructure } from "./api.js";
import { Cells } from "./cells.js";
import { Charts } from "./charts.js";
import { Choices } from "./choices.js";
import { Editor } from "./edit.js";
import { showFiles } from "./files.js";
import { cellName, contentOf, letters, parseArea } from "./format.js";
import { Grid } from "./grid.js";
import { Hands } from "./hands.js";
import { showHint } from "./hint.js";
import { remember } from "./identity.js";
import { label } from "./labels.js";
import { ChoiceList } from "./list.js";
import { ask } from "./menu.js";
import { Notices } from "./notices.js";
import { Sieve } from "./sift.js";
import { areaName, filledIn, showSums } from "./sums.js";
import { Tabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";
import { counted, moment, words } from "./words.js";
import { Writer, findPlace } from "./writing.js";

const POLL_MS = 2000;
const POLL_AFTER_FAULT_MS = 4000;

const $ = (id) => document.getElementById(id);

/** What is open. Replaced as a whole when the person goes elsewhere; `stop` ends its reads. */
let here = { stop: new AbortController() };
/** Scroll, selection and filter view of the tabs that were open before. */
const views = new Map();

const notices = new Notices({
  banner: $("banner"), bannerText: $("banner-text"), retry: $("retry"), dismiss: $("dismiss"), said: $("said"), unsaved: $("unsaved"),
});
const grid = new Grid($("scroller"), $("entry"), {
  onSelect, onView,
  filled: (line) => filledIn(here, line),
  onHint: (cell, beside) => showHint($("hint"), cell, beside, here.structure?.tabs),
  onPress: (place) => hands.pressed(place),
  onOpen: () => { if (!editor.edit) editor.open(); },
  onFold: (group, folded) => actions.fold(group, folded),
  onPaint: () => { editor.place(); charts.place(); },
  isWrong: (cell) => here.choices?.isWrong(cell) ?? false,
});
const charts = new Charts(grid, { onFault });
const writer = new Writer({
  titleOf: (id, sheetId) => (here.id === id ? here.structure?.tabs.find((tab) => tab.properties.sheetId === sheetId)?.properties.title : titles.get(`${id}/${sheetId}`)),
  say: (text, loud) => notices.say(text, loud),
  onLost: (edit, reason) => {
    here.state = null;  // so that the cell is read anew and stops showing what was not written
    notices.say("");
    notices.keep(edit, cellName(edit.seen.row, edit.seen.column), reason, () => writer.put(edit));
  },
  onDone: (edit) => { if (edit.id === here.id) again(); },
});
/** The titles of tabs that were open, for edits still on their way from them. */
const titles = new Map();
const editor = new Editor({
  entry: $("entry"), bar: $("content"), grid,
  list: new ChoiceList($("entry"), $("choices"), (text) => editor.pick(text)),
  hooks: {
    cell: (row, column) => here.cells?.get(row, column),
    content: contentOf,
    offers: (cell) => here.choices?.of(cell) ?? null,
    remember: (row, column) => remember(here.cells, here.tab, row, column),
    onCommit: write,
    onKey: (event) => hands.key(event),
    onEnd: () => { $("trail").hidden = true; showContent(); },
    say: (text, loud) => notices.say(text, loud),
  },
});
const desk = {
  here: () => here, grid, writer, again,
  say: (text) => notices.say(text),
  problem: (text) => notices.banner(text, false),
  confirm: (name) => ask($("ask"), { text: words.reallyDelete(name), detail: words.noUndo, yes: words.yesDelete, no: words.cancel }).then((answer) => { grid.takeFocus(); return answer; }),
  cellText: () => here.cells?.get(grid.anchor.row, grid.anchor.column)?.formattedValue ?? "",
  heading,
  columnName: (column) => words.columnName(heading(column), letters(column)),
  open: (sheetId) => { location.hash = `#${encodeURIComponent(here.id)}/${sheetId}`; },
  selectLater: (row, column) => { here.select = { row, column }; },
};
/** Show what was typed at once and send it on its way. */
function write(edit, text) {
  if (!edit.moved) here.cells.expect(edit.row, edit.column, text);
  writer.put({ id: here.id, sheetId: here.tab.properties.sheetId, seen: edit.seen, text });
}

const actions = new Actions(desk);
const tools = new Toolbar($("tools"), desk, actions, { list: () => here.tab?.filterViews ?? [], current: () => sieve.view, choose: (view) => sieve.choose(view) });
const tabs = new Tabs($("tabs"), $("add"), {
  onAdd: () => actions.addTab(), onRename: (sheetId, title) => actions.renameTab(sheetId, title), onDone: () => { if (here.structure) showNames(here); tabs.takeFocus(); },
});

/** The filter view that this person looks through. */
const sieve = new Sieve({
  here: () => here, say: (text, loud) => notices.say(text, loud),
  show: (hidden) => grid.sift(hidden), onChange: () => showContent(), onChosen: () => grid.reveal(grid.anchor.row, grid.anchor.column),
});
const hands = new Hands({ ...desk, write, editor, actions, tools, tabs, entry: $("entry"), hint: $("hint"), toolbar: $("tools") });

/** What the frozen heading row says of a column. */
function heading(column) {
  const { frozenRows } = grid.layout;
  return (frozenRows && here.cells?.get(frozenRows - 1, column)?.formattedValue) || "";
}

// --- going somewhere -------------------------------------------------------------------------

function target() {
  const [id = "", tab = "", area = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { id, sheetId: tab === "" ? null : Number(tab), area: parseArea(area) };
}

async function go() {
  const { id, sheetId, area } = target();
  if (id && id === here.id && here.cells && sheetId === here.tab.properties.sheetId) {
    if (area) aim(area);
    return;
  }
  const staying = id && id === here.id;
  leave();
  here = { id, sheetId, stop: new AbortController(), structure: staying ? here.structure : null, state: staying ? here.state : null };
  $("files").hidden = Boolean(id);
  $("sheet").hidden = !id;
  if (!staying) $("changed").textContent = "";
  notices.banner("");
  await attempt(() => (id ? openTab(here, area) : openList(here)));
  poll(here);
}

function leave() {
  if (!editor.commit(null)) editor.cancel();
  here.stop.abort();
  clearTimeout(here.timer);
  if (here.cells) {
    views.set(`${here.id}/${here.tab.properties.sheetId}`, { ...grid.view, filter: sieve.view });
    titles.set(`${here.id}/${here.tab.properties.sheetId}`, here.tab.properties.title);
    here.cells.close();
  }
  showHint($("hint"), null);
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
  notices.banner("");
  grid.schedule();
}

function explain(fault) {
  if (fault.status === 0) notices.banner(words.offline);
  else if (fault.status === 404) notices.banner(words.gone);
  else notices.banner(words.fault(fault.message));
  if (fault.status === undefined) throw fault;
}

async function openList(mine) {
  document.title = words.files;
  $("name").textContent = words.files;
  mine.listed = await showFiles(mine.listed, mine.stop.signal, () => mine === here);
}

// --- one tab ---------------------------------------------------------------------------------

async function openTab(mine, area) {
  const { signal } = mine.stop;
  if (!mine.structure?.tabs.some((tab) => mine.sheetId === null || tab.properties.sheetId === mine.sheetId)) {
    $("name").textContent = words.loading;
    tabs.clear();
    for (const id of ["where", "content", "status", "sums"]) $(id)[id === "where" ? "value" : "textContent"] = "";
    grid.clear();
    mine.state = await fileState(mine.id, signal);
    mine.structure = await readStructure(mine.id, signal);
  }
  const known = mine.structure.tabs;
  mine.tab = known.find((tab) => tab.properties.sheetId === mine.sheetId) ?? known[0];
  showNames(mine);
  if (!mine.tab) {
    grid.clear();
    notices.banner(words.noVisibleTab, false);
    return;
  }
  mine.geometry = await readGeometry(mine.id, mine.tab.properties, signal);
  if (mine !== here) return;
  const { title, sheetId } = mine.tab.properties;
  mine.choices = new Choices(mine.id, title, () => {
    if (mine !== here) return;
    grid.redraw();
    editor.offerLate();
  });
  mine.cells = new Cells(mine.id, title, () => onCells(mine), (fault) => onFault(mine, fault));
  if (mine.sheetId !== null && mine.sheetId !== sheetId) notices.banner(words.noTab, false);
  const view = views.get(`${mine.id}/${sheetId}`);
  grid.show(mine.tab, mine.geometry, mine.cells, view);
  charts.show(mine);
  sieve.forget();
  if (view?.filter) await sieve.choose(view.filter);
  if (area) aim(area);
  if (document.activeElement === document.body) grid.takeFocus();
  tools.show();
}

function showNames({ id, structure, tab, state }) {
  $("name").textContent = structure.title;
  document.title = tab ? `${tab.properties.title} - ${structure.title}` : structure.title;
  const time = state?.modifiedTime ? moment(state.modifiedTime, Date.now()) : "";
  $("changed").textContent = time ? words.changed(time) : "";
  tabs.show(id, structure.tabs, tab);
}

function onCells(mine) {
  if (mine !== here) return;
  grid.schedule();
  showContent();
  sum();
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
  if (mine !== here || document.hidden) return;
  if (mine.looking) {
    mine.lookAgain = true;
    return;
  }
  mine.looking = true;
  do {
    mine.lookAgain = false;
    await attempt(() => (mine.id ? follow(mine) : openList(mine)));
  } while (mine.lookAgain && mine === here);
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
    await lostTab(mine, structure);
    return;
  }
  const geometry = await readGeometry(mine.id, tab.properties, mine.stop.signal);
  if (mine !== here) return;
  const same = JSON.stringify([mine.tab, mine.geometry]) === JSON.stringify([tab, geometry]);
  Object.assign(mine, { state, structure, tab, geometry });
  showNames(mine);
  if (!same) grid.update(tab, geometry);
  mine.cells.refresh(tab.properties.title);
  mine.choices.refresh(tab.properties.title);
  grid.schedule();
  if (mine.select) grid.select(mine.select.row, mine.select.column);
  mine.select = null;
  await Promise.all([sieve.refresh(), charts.refresh(mine), watchEdit(mine)]);
}

/** The open tab was deleted: show another one, and keep what was being typed into it. */
async function lostTab(mine, structure) {
  const { edit } = editor;
  if (edit) {
    const lost = { id: mine.id, sheetId: mine.tab.properties.sheetId, seen: edit.seen, text: $("entry").value };
    notices.keep(lost, cellName(edit.row, edit.column), words.tabGone, () => writer.put(lost));
    editor.cancel();
  }
  mine.structure = structure;
  mine.cells.close();
  mine.cells = null;
  await openTab(mine);
}

/** While somebody types, tell where the row has gone that they are typing into. */
async function watchEdit(mine) {
  const { edit } = editor;
  if (!edit) return;
  const place = await findPlace(mine.id, mine.tab.properties.title, edit.seen);
  if (mine !== here || editor.edit !== edit) return;
  const stayed = place && place.row === edit.seen.row && place.column === edit.seen.column;
  edit.moved = !stayed;
  $("trail").hidden = Boolean(stayed);
  $("trail").textContent = place ? words.rowMoved(cellName(place.row, place.column)) : words.rowGoneYet;
  const box = $("entry").getBoundingClientRect();
  Object.assign($("trail").style, { left: `${box.left}px`, top: `${box.bottom + 3}px` });
}

function again() {
  clearTimeout(here.timer);
  look(here);
}

// --- the bar and the status line -------------------------------------------------------------

function onSelect() {
  const area = grid.selection;
  const several = area.endRow - area.row > 1 || area.endColumn - area.column > 1;
  const name = several && here.tab ? areaName(area, here.tab.properties.gridProperties) : cellName(grid.focus.row, grid.focus.column);
  if (document.activeElement !== $("where")) $("where").value = name;
  showContent();
  editor.place();
  clearTimeout(here.summing);
  here.summing = setTimeout(sum, several ? 150 : 0);
}

function sum() {
  const mine = here;
  showSums($("sums"), mine, grid.selection, () => mine === here);
}

function showContent() {
  const cell = here.cells?.get(grid.anchor.row, grid.anchor.column);
  tools.show(cell);
  if (editor.edit) return;
  const text = here.cells ? contentOf(cell) : "";
  if ($("content").textContent !== text) $("content").textContent = text;
  $("entry").setAttribute("aria-label", `${cellName(grid.anchor.row, grid.anchor.column)} ${text}`);
}

function onView(first, end) {
  const rows = grid.layout.rows.count;
  $("status").textContent = end > first ? words.rows(counted(first + 1), counted(end), counted(rows)) : words.noRows;
}

function jump(event) {
  event.preventDefault();
  const area = parseArea($("where").value);
  if (!area) {
    notices.banner(words.badCell($("where").value), false);
    return;
  }
  notices.banner("");
  grid.takeFocus();
  aim(area);
}

/** Select a cell or a rectangle and bring its corner into view. */
function aim({ row, endRow, column, endColumn }) {
  grid.select(row, column);
  if (endRow - row > 1 || endColumn - column > 1) grid.select(endRow - 1, endColumn - 1, { extend: true, reveal: false });
}

// --- the rest of the page --------------------------------------------------------------------

function tallBar() {
  const tall = $("sheet").classList.toggle("tall");
  $("taller").setAttribute("aria-expanded", String(tall));
  for (const name of ["title", "aria-label"]) $("taller").setAttribute(name, tall ? words.shorter : words.taller);
}

function listen() {
  addEventListener("hashchange", go);
  addEventListener("beforeunload", (event) => { if (editor.edit || writer.busy || notices.hasUnsaved) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
  for (const kind of ["copy", "cut"]) document.addEventListener(kind, (event) => hands.copy(event));
  document.addEventListener("paste", (event) => hands.paste(event));
  document.addEventListener("keydown", (event) => hands.round(event));
  $("retry").addEventListener("click", again);
  $("taller").addEventListener("click", tallBar);
  $("where").addEventListener("focus", () => $("where").select());
  $("where").addEventListener("blur", onSelect);
  $("where").addEventListener("keydown", (event) => {
    if (event.key === "Enter") jump(event);
    if (event.key === "Escape") grid.takeFocus();
  });
  $("scroller").addEventListener("click", (event) => hands.clicked(event));
  $("scroller").addEventListener("contextmenu", (event) => hands.contextMenu(event));
}

label();
listen();
go();
