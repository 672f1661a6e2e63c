// The words of the parts of the page that are always there.

import { LANGUAGE, words } from "./words.js";

const $ = (id) => document.getElementById(id);

/** Give every fixed part of the page its label in the reader's language. */
export function label() {
  document.documentElement.lang = LANGUAGE;
  const labels = { home: words.home, where: words.where, content: words.content, tabs: words.tabs, taller: words.taller, add: words.addTab, choices: words.choices };
  for (const [id, text] of Object.entries(labels)) $(id).setAttribute("aria-label", text);
  for (const id of ["home", "where", "taller", "add"]) $(id).title = labels[id];
  const texts = {
    retry: words.retry, dismiss: words.dismiss, "head-name": words.fileName, "head-tabs": words.fileTabs,
    "head-changed": words.fileChanged, "no-files": words.noFiles, keys: words.keys,
  };
  for (const [id, text] of Object.entries(texts)) $(id).textContent = text;
}
