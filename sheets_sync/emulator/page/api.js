// What the page asks of the server and has it change, in Google's public API shapes.
//
// Nothing here touches the document. Rows and columns are zero-based; ends are exclusive.

import { quoted, rangeName } from "./format.js";

const PATIENCE_MS = 30_000;
/** Past this many rows every row is taken to have the usual height. */
const ROWS_MEASURED = 200_000;
const CELL = [
  "formattedValue", "note", "hyperlink", "userEnteredValue(formulaValue)",
  "effectiveValue(numberValue,boolValue,errorValue)",
  "effectiveFormat(backgroundColorStyle,borders,horizontalAlignment,verticalAlignment,wrapStrategy,"
    + "numberFormat(type),textFormat(foregroundColorStyle,bold,italic,underline,strikethrough,fontSize,fontFamily))",
  "dataValidation",
].join(",");

/** The server refused (status and its own sentence) or did not answer (status 0). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function ask(path, query, signal) {
  return call(`${path}?${new URLSearchParams(query)}`, { cache: "no-store" }, signal);
}

async function call(url, options, signal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer;
  let body;
  try {
    answer = await fetch(url, { ...options, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    body = await answer.text();
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new ApiError(0, String(fault.message ?? fault));
  }
  return understood(answer, body);
}

function understood(answer, body) {
  let data;
  try {
    data = JSON.parse(body);
  } catch {
    throw new ApiError(answer.ok ? 502 : answer.status, `HTTP ${answer.status}`);
  }
  if (answer.ok) return data;
  throw new ApiError(answer.status, data?.error?.message ?? `HTTP ${answer.status}`);
}

/** Whether a request was given up because nobody needs its answer any more. */
export function isAbort(fault) {
  return fault?.name === "AbortError";
}

/** All spreadsheets, newest change first: [{id, name, modifiedTime}]. */
export async function listFiles(signal) {
  const files = [];
  const q = "mimeType = 'application/vnd.google-apps.spreadsheet' and trashed = false";
  const everywhere = { corpora: "allDrives", supportsAllDrives: "true", includeItemsFromAllDrives: "true" };
  const query = { q, ...everywhere, pageSize: "200", fields: "nextPageToken,files(id,name,modifiedTime)" };
  do {
    const page = await ask("/drive/v3/files", query, signal);
    files.push(...(page.files ?? []));
    query.pageToken = page.nextPageToken;
  } while (query.pageToken);
  return files.sort((a, b) => String(b.modifiedTime ?? "").localeCompare(String(a.modifiedTime ?? "")));
}

/** The cheap question of the poll: {version, modifiedTime}. */
export function fileState(id, signal) {
  return ask(`/drive/v3/files/${encodeURIComponent(id)}`, { fields: "version,modifiedTime", supportsAllDrives: "true" }, signal);
}

/** The tabs of a spreadsheet without their cells, in order, hidden ones left out. */
export async function listTabs(id, signal) {
  const fields = "sheets(properties(sheetId,title,index,hidden,tabColorStyle))";
  return visibleTabs(await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, { fields }, signal)).map((tab) => tab.properties);
}

function visibleTabs(spreadsheet) {
  return (spreadsheet.sheets ?? [])
    .filter((tab) => !tab.properties.hidden && (tab.properties.sheetType ?? "GRID") === "GRID")
    .sort((a, b) => (a.properties.index ?? 0) - (b.properties.index ?? 0));
}

/** Title, locale and tabs of a spreadsheet, with merges, groups, filters and charts: {title, locale, tabs}. */
export async function readStructure(id, signal) {
  const fields = "properties(title,locale),sheets(properties,merges,columnGroups,basicFilter(range),filterViews,charts)";
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, { fields }, signal);
  return { title: answer.properties?.title ?? "", locale: answer.properties?.locale ?? "", tabs: visibleTabs(answer) };
}

/** Sizes and hiding of all rows and columns of a tab: {rows, columns}, Google's DimensionProperties. */
export async function readGeometry(id, properties, signal) {
  const { rowCount = 0, columnCount = 0 } = properties.gridProperties ?? {};
  if (!rowCount || !columnCount) return { rows: [], columns: [] };
  const query = [
    ["ranges", rangeName(properties.title, { row: 0, endRow: 1, column: 0, endColumn: columnCount })],
    ["ranges", rangeName(properties.title, { row: 0, endRow: Math.min(rowCount, ROWS_MEASURED), column: 0, endColumn: 1 })],
    ["fields", "sheets(data(rowMetadata(pixelSize,hiddenByUser,hiddenByFilter),columnMetadata(pixelSize,hiddenByUser)))"],
  ];
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, query, signal);
  const [across, down] = answer.sheets?.[0]?.data ?? [];
  return { rows: down?.rowMetadata ?? [], columns: across?.columnMetadata ?? [] };
}

/** The cells of several ranges of one tab, with their looks: Google's GridData, one for each. */
export async function readTiles(id, title, areas, signal) {
  const query = areas.map((area) => ["ranges", rangeName(title, area)]);
  query.push(["fields", `sheets(data(startRow,startColumn,rowData(values(${CELL}))))`]);
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}`, query, signal);
  return answer.sheets?.[0]?.data ?? [];
}

/** The cells that charts draw from, on whatever tabs: for each GridRange its GridData, undefined where there is none. */
export async function readSources(id, ranges, signal) {
  const metadata = "rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(hiddenByUser)";
  const query = new URLSearchParams({ fields: `sheets(properties(sheetId),data(${metadata},rowData(values(formattedValue,effectiveValue(numberValue)))))` });
  const filters = { dataFilters: ranges.map((gridRange) => ({ gridRange })) };
  const answer = await send("POST", `/v4/spreadsheets/${encodeURIComponent(id)}:getByDataFilter?${query}`, filters, signal);
  const left = new Map((answer.sheets ?? []).map((tab) => [tab.properties?.sheetId ?? 0, [...(tab.data ?? [])]]));
  return ranges.map((range) => left.get(range.sheetId ?? 0)?.shift());
}

/** Values of a range as lists of rows; `option` is a ValueRenderOption. */
export async function readValues(id, title, area, option, signal) {
  const path = `/v4/spreadsheets/${encodeURIComponent(id)}/values/${encodeURIComponent(rangeName(title, area))}`;
  const query = { majorDimension: "ROWS", valueRenderOption: option, dateTimeRenderOption: "FORMATTED_STRING" };
  return (await ask(path, query, signal)).values ?? [];
}

/** Formatted values of whole rows of a tab, for each pair of first and end a list of rows. */
export async function readLines(id, title, spans) {
  const query = spans.map(([row, endRow]) => ["ranges", `${quoted(title)}!${row + 1}:${endRow}`]);
  query.push(["majorDimension", "ROWS"], ["valueRenderOption", "FORMATTED_VALUE"]);
  const answer = await ask(`/v4/spreadsheets/${encodeURIComponent(id)}/values:batchGet`, query);
  return (answer.valueRanges ?? []).map((part) => part.values ?? []);
}

/** Formatted values of a range that somebody wrote in A1 notation. */
export async function readNamed(id, range, signal) {
  const path = `/v4/spreadsheets/${encodeURIComponent(id)}/values/${encodeURIComponent(range)}`;
  return (await ask(path, { valueRenderOption: "FORMATTED_VALUE" }, signal)).values ?? [];
}

/** Write values as if a person had typed them, from the corner of an area on. */
export function enter(id, title, area, values) {
  const range = rangeName(title, area);
  const path = `/v4/spreadsheets/${encodeURIComponent(id)}/values/${encodeURIComponent(range)}?valueInputOption=USER_ENTERED`;
  return send("PUT", path, { range, majorDimension: "ROWS", values });
}

/** Write several blocks of values as if typed, all or none: [{area, values}]. */
export function enterBlocks(id, title, blocks) {
  const data = blocks.map(({ area, values }) => ({ range: rangeName(title, area), majorDimension: "ROWS", values }));
  return send("POST", `/v4/spreadsheets/${encodeURIComponent(id)}/values:batchUpdate`, { valueInputOption: "USER_ENTERED", data });
}

/** Carry out the requests of a batchUpdate, all or none; their replies. */
export async function change(id, requests) {
  return (await send("POST", `/v4/spreadsheets/${encodeURIComponent(id)}:batchUpdate`, { requests })).replies ?? [];
}

function send(method, path, body, signal) {
  return call(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, signal);
}
