"""The charts over the tables: one for each site, in its own currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sheets_sync.archive.number_formats import excel_format
from sheets_sync.core.layout import money_format
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

    from sheets_sync.core.review.tables import Table
    from sheets_sync.core.scope import Account
    from sheets_sync.report.telling import Head

HEIGHT, GAP = 300, 16
_BEST = 10
_INK, _GRID = "#1F2937", "#E2E6EC"
_COLOURS = {"sales": "#8FB4DC", "acos": "#D1495B", "tacos": "#2A9D8F", "ad_spend": "#D1495B"}
"""Told apart by their lightness as well, and by the marks on their lines."""

_RIGHT = Words("{label}(右轴)", "{label} (right)")
_MARKS = {"acos": "circle", "tacos": "square", "ad_spend": "circle"}


class Charts(NamedTuple):
    """Makes the charts of one worksheet, `width` pixels wide; its table has the headings in row `top`."""

    book: Workbook
    title: str
    table: Table
    top: int
    head: Head
    width: int

    def of_months(self, site: Account) -> Chart:
        """Return a site's sales as columns, with ACOS and TACOS as lines on an axis of their own."""
        return self._columns_and_lines(site, "month", ("acos", "tacos"), "0%")

    def of_weeks(self, site: Account) -> Chart:
        """Return a site's sales as columns, with its ad spend, which is far less, as a line on another axis."""
        return self._columns_and_lines(site, "week", ("ad_spend",), _money(site))

    def of_best(self, site: Account) -> Chart:
        """Return a site's SKUs that sold best as bars."""
        sales = self.table.place("sales")
        rows = self.table.of_site(site)[:_BEST]
        sold = sum(bool(self.table.rows[i].cells[sales]) for i in rows)
        return self._bars(site, rows[:sold])

    def _columns_and_lines(
        self, site: Account, axis: str, names: tuple[str, ...], second_axis: str
    ) -> Chart:
        rows = self.table.of_site(site)
        shown = [name for name in names if self._is_known(name, rows)]
        chart = self._made("column")
        chart.add_series(
            self._series("sales", axis, rows)
            | {"fill": {"color": _COLOURS["sales"]}, "border": {"none": True}, "gap": 70}
        )
        if shown:
            lines = self._made("line")
            for name in shown:
                lines.add_series(self._line(name, axis, rows) | {"y2_axis": True})
            chart.combine(lines)
            lines.set_y2_axis({**_axis(second_axis), "major_gridlines": {"visible": False}})
        labels = [self._label(name) for name in ("sales", *shown)]
        self._dress(chart, f"{' / '.join(labels)} · {self.head.site(site)}")
        chart.set_y_axis(_axis(_money(site)))
        chart.set_legend({"position": "bottom", "font": {"color": _INK}})
        return chart

    def _bars(self, site: Account, rows: range) -> Chart:
        chart = self._made("bar")
        colour = _COLOURS["sales"]
        chart.add_series(
            self._series("sales", "sku", rows)
            | {
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 40,
                "data_labels": {"value": True, "num_format": _money(site)},
            }
        )
        label = self._label("sales")
        self._dress(chart, f"{label} Top {len(rows)} · {self.head.site(site)}")
        chart.set_y_axis({"reverse": True, "num_font": {"color": _INK}})
        chart.set_x_axis({"visible": False, "min": 0, "major_gridlines": {"visible": False}})
        chart.set_legend({"none": True})
        return chart

    def _made(self, kind: str) -> Chart:
        return cast("Chart", self.book.add_chart({"type": kind}))  # None is for kinds unknown to it

    def _line(self, name: str, axis: str, rows: range) -> dict[str, Any]:
        label, colour = self._label(name), _COLOURS[name]
        fill = {"color": colour}
        mark = {"type": _MARKS[name], "size": 6, "fill": fill, "border": fill}
        return self._series(name, axis, rows) | {
            "name": _RIGHT.filled(label=label).say(self.head.language),
            "line": {"color": colour, "width": 2.25},
            "marker": mark,
        }

    def _series(self, name: str, axis: str, rows: range) -> dict[str, Any]:
        return {
            "name": self._label(name),
            "categories": self._range(axis, rows),
            "values": self._range(name, rows),
        }

    def _range(self, name: str, rows: range) -> list[str | int]:
        column, top = self.table.place(name), self.top + 1
        return [self.title, top + rows[0], column, top + rows[-1], column]

    def _label(self, name: str) -> str:
        return self.table.columns[self.table.place(name)].label.say(self.head.language)

    def _is_known(self, name: str, rows: range) -> bool:
        place = self.table.place(name)
        return any(self.table.rows[i].cells[place] is not None for i in rows)

    def _dress(self, chart: Chart, title: str) -> None:
        chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": _INK}})
        chart.set_size({"width": self.width, "height": HEIGHT})
        chart.set_chartarea({"border": {"color": _GRID}})
        chart.show_blanks_as("gap")
        chart.show_hidden_data()


def drawn(table: Table) -> list[Account]:
    """Return the sites of which there is something to draw."""
    sales = table.place("sales")
    return list(dict.fromkeys(row.site for row in table.rows if row.cells[sales]))


def _axis(number_format: str) -> dict[str, Any]:
    return {
        "num_format": number_format,
        "min": 0,
        "line": {"none": True},
        "num_font": {"color": _INK},
        "major_gridlines": {"visible": True, "line": {"color": _GRID}},
    }


def _money(site: Account) -> str:
    """Return the number format of a site's currency, without decimals."""
    return excel_format("CURRENCY", money_format(site[1]).partition(".")[0]).code
