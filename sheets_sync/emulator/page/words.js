// The words of the page in Chinese and English, and how the reader's language writes
// numbers and times. The language is the browser's: Chinese when it starts with "zh".

const chinese = (navigator.language || "zh").toLowerCase().startsWith("zh");

/** The BCP 47 tag that the page, its numbers and its dates use. */
export const LANGUAGE = chinese ? "zh-CN" : navigator.language;

const CHINESE = {
  home: "全部表格",
  files: "本地表格",
  fileName: "名称",
  fileTabs: "标签页",
  fileChanged: "最近更改",
  noFiles: "还没有表格。运行一次同步,或者先试试 sheets-sync demo,这里就会出现。",
  moreTabs: (count) => `还有 ${count} 个`,
  changed: (time) => `最近更改:${time}`,
  rows: (first, last, all) => `第 ${first}-${last} 行 / 共 ${all} 行`,
  noRows: "没有可显示的行",
  loading: "正在读取…",
  unread: "没有读到表格",
  where: "单元格名称,输入后按回车跳转",
  content: "单元格内容",
  taller: "展开内容栏",
  shorter: "收起内容栏",
  tabs: "工作表",
  grid: (tab) => `工作表 ${tab}`,
  groups: "列分组",
  expand: (columns) => `展开列 ${columns}`,
  collapse: (columns) => `收起列 ${columns}`,
  hiddenColumns: (columns) => `已隐藏列 ${columns}`,
  hiddenRows: (rows) => `已隐藏行 ${rows}`,
  sums: (sum, average, count) => `求和 ${sum}  平均 ${average}  计数 ${count}`,
  count: (count) => `计数 ${count}`,
  follow: "按住 Ctrl 点击,或按 Ctrl+回车打开",
  offline: "连不上本地表格服务,正在自动重试。页面上是最后一次读到的内容。",
  gone: "找不到这个表格,可能已被删除。",
  noTab: "找不到这个标签页,已打开第一个。",
  noVisibleTab: "这个表格没有可显示的标签页。",
  fault: (reason) => `读取失败:${reason}`,
  badCell: (text) => `“${text}”不是单元格名称,例如 B12。`,
  retry: "重试",
};

const ENGLISH = {
  home: "All spreadsheets",
  files: "Local spreadsheets",
  fileName: "Name",
  fileTabs: "Tabs",
  fileChanged: "Last changed",
  noFiles: "No spreadsheet yet. Run a sync, or try sheets-sync demo, and it will appear here.",
  moreTabs: (count) => `${count} more`,
  changed: (time) => `Last changed ${time}`,
  rows: (first, last, all) => `Rows ${first}-${last} of ${all}`,
  noRows: "No rows to show",
  loading: "Reading…",
  unread: "Spreadsheet not read",
  where: "Cell name; type one and press Enter to go there",
  content: "Cell content",
  taller: "Expand the content bar",
  shorter: "Shrink the content bar",
  tabs: "Tabs",
  grid: (tab) => `Tab ${tab}`,
  groups: "Column groups",
  expand: (columns) => `Expand columns ${columns}`,
  collapse: (columns) => `Collapse columns ${columns}`,
  hiddenColumns: (columns) => `Hidden columns ${columns}`,
  hiddenRows: (rows) => `Hidden rows ${rows}`,
  sums: (sum, average, count) => `Sum ${sum}  Average ${average}  Count ${count}`,
  count: (count) => `Count ${count}`,
  follow: "Ctrl+click or Ctrl+Enter to open",
  offline: "The local Sheets server does not answer; trying again. The page shows what was last read.",
  gone: "This spreadsheet was not found; it may have been deleted.",
  noTab: "This tab was not found; the first one is open instead.",
  noVisibleTab: "This spreadsheet has no tab to show.",
  fault: (reason) => `Reading failed: ${reason}`,
  badCell: (text) => `"${text}" is not the name of a cell, such as B12.`,
  retry: "Try again",
};

/** The page's words: strings, and functions that put facts into a sentence. */
export const words = chinese ? CHINESE : ENGLISH;

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(LANGUAGE, {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false,
});
const ago = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });

/** A count with the reader's thousands separators. */
export function counted(number) {
  return whole.format(number);
}

/** A sum or an average, to two decimals. */
export function figure(number) {
  return precise.format(number);
}

/** A moment for people: minutes ago, the time today, else date and time. `now` in ms. */
export function moment(iso, now) {
  const then = new Date(iso);
  const seconds = (now - then.getTime()) / 1000;
  if (Number.isNaN(seconds)) return "";
  if (seconds > -60 && seconds < 60) return ago.format(0, "minute");
  if (seconds >= 60 && seconds < 3600) return ago.format(-Math.floor(seconds / 60), "minute");
  const today = new Date(now).toDateString() === then.toDateString();
  return (today ? clock : day).format(then);
}
