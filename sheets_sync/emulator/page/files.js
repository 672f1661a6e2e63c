// The list of spreadsheets with their tabs.

import { listFiles, listTabs } from "./api.js";
import { colour, element } from "./format.js";
import { moment, words } from "./words.js";

const TABS_LISTED = 6;
const FILES_WITH_TABS = 60;
const $ = (id) => document.getElementById(id);

/** Show the list, or bring its times up to date when nothing else changed; `known` is the last answer. */
export async function showFiles(known, signal, isStill) {
  const files = await listFiles(signal);
  const text = JSON.stringify(files);
  if (!isStill()) return known;
  if (known === text) {
    document.querySelectorAll(".file-changed").forEach((el, at) => { el.textContent = moment(files[at].modifiedTime, Date.now()); });
    return text;
  }
  $("no-files").hidden = files.length > 0;
  $("file-table").hidden = files.length === 0;
  const rows = files.map(fileRow);
  $("file-rows").replaceChildren(...rows.map(({ row }) => row));
  for (const { file, tabs } of rows.slice(0, FILES_WITH_TABS)) {
    tabs.append(...tabLinks(file.id, await listTabs(file.id, signal)));
  }
  return text;
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
