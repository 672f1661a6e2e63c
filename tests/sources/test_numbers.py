"""Figures, whatever locale wrote them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.sources.numbers import (
    Malformed,
    count,
    fraction,
    is_null,
    measure,
    money,
    plain_amounts,
)


@pytest.mark.parametrize(
    ("text", "comma_decimal", "value", "currency"),
    [
        ("$1,234.56", False, 1234.56, "USD"),
        ("$0.0", False, 0.0, "USD"),
        ("$6.0", False, 6.0, "USD"),
        ("US$1,557.20", False, 1557.20, "USD"),
        ("£1,234.56", False, 1234.56, "GBP"),
        ("5.255,61\u00a0€", True, 5255.61, "EUR"),
        ("16.426,53 €", True, 16426.53, "EUR"),
        ("1\u202f234,56 €", True, 1234.56, "EUR"),
        ("1.234 €", True, 1234.0, "EUR"),
        ("1,234 €", True, 1.234, "EUR"),
        ("1.234", False, 1.234, None),
        ("1,234", False, 1234.0, None),
        ("￥4,907,860", False, 4907860.0, "JPY"),
        ("¥5", False, 5.0, "JPY"),
        ("Rs.201.68", False, 201.68, "INR"),
        ("₹1,23,456.78", False, 123456.78, "INR"),
        ("-$12.50", False, -12.5, "USD"),
        ("$-12.50", False, -12.5, "USD"),
        ("\u221212.50", False, -12.5, None),
        ("12.50 USD", False, 12.5, "USD"),
        ("0.123", False, 0.123, None),
        (111.72, False, 111.72, None),
    ],
)
def test_money_is_read_in_every_form(
    text: object, *, comma_decimal: bool, value: float, currency: str | None
) -> None:
    """Each form of the reference is read as its locale means it, and names its currency."""
    amount = money(text, comma_decimal=comma_decimal)

    assert amount is not None
    assert amount.value == value
    assert (currency in amount.currencies) if currency else not amount.currencies


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,406", 2406),
        ("1.234", 1234),
        ("4,907,860", 4907860),
        ("30", 30),
        ("30.0", 30),
        (30.0, 30),
        ("0", 0),
    ],
)
def test_counts_group_thousands(text: object, value: int) -> None:
    """A lone separator before three digits groups thousands in a column of counts."""
    assert count(text) == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.02%", "percent", 0.1202),
        ("31,05%", "percent", 0.3105),
        ("20.022%", "percent", 0.20022),
        ("1.0436%", "fraction", 0.010436),
        (0.15, "fraction", 0.15),
        (32.93, "percent", 0.3293),
        (99.8, "percent", 0.998),
        (0.0121, "fraction", 0.0121),
    ],
)
def test_shares_become_fractions(text: object, unit: str, value: float) -> None:
    """Percent text, percent numbers and fractions all end as fractions."""
    assert fraction(text, unit=unit) == pytest.approx(value, abs=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["3.17", "3,17"])
def test_measures_take_a_lone_separator_as_the_decimal_sign(text: str) -> None:
    """A plain number has no thousands."""
    assert measure(text) == 3.17


@pytest.mark.parametrize(
    "word", ["", " ", "-", "--", "N/A", "n/a", "No Listing", "none", "Infinite", "–", None]
)
def test_words_for_nothing_are_unknown(word: str | None) -> None:
    """No value is None, never 0."""
    assert count(word) is None
    assert measure(word) is None
    assert money(word) is None
    assert fraction(word) is None
    assert is_null(word)


@pytest.mark.parametrize(
    "garbage",
    [
        "abc",
        "1.2.3",
        "1,2,3",
        "12,34,5",
        "1e5",
        "inf",
        "nan",
        "1_000",
        "#N/A",
        "12 34",
        "$",
        "5.",
        "--5",
        True,
        [],
        "9" * 400,
    ],
)
def test_garbage_is_not_silently_unknown(garbage: object) -> None:
    """What is not a number is Malformed in every kind of column."""
    for parse in (count, measure, money):
        with pytest.raises(Malformed):
            parse(garbage)


@pytest.mark.parametrize("text", ["12.5", "$5", "5%"])
def test_a_count_is_whole_and_bare(text: str) -> None:
    """A count has neither decimals nor a symbol."""
    with pytest.raises(Malformed):
        count(text)


def test_a_column_of_plain_money_is_read_at_once() -> None:
    """The quick way reads a column and its symbol."""
    assert plain_amounts(["$1,234.56", "", "$7.5"]) == (
        [1234.56, None, 7.5],
        frozenset({"USD", "CAD", "MXN", "AUD", "SGD"}),
    )


@pytest.mark.parametrize(
    "cells", [["1.234"], ["$5", "£5"], ["5,25"], ["1,234"], ["abc"], ["nan"], ["5 €"]]
)
def test_a_column_with_a_doubtful_cell_is_not_read_at_once(cells: list[str]) -> None:
    """The quick way leaves every cell that a locale could read differently to the careful one."""
    assert plain_amounts(cells) is None


@given(st.integers(-(10**11), 10**11))
def test_grouped_counts_come_back(number: int) -> None:
    """A count survives being written with thousands, in either style."""
    assert count(f"{number:,}") == number
    assert count(f"{number:,}".replace(",", ".")) == number


@given(st.integers(-(10**11), 10**11), st.sampled_from(["", "$", "£", "¥", "€"]))
def test_written_amounts_come_back(cents: int, symbol: str) -> None:
    """An amount with two decimals survives both decimal styles, whatever the file's locale."""
    value = cents / 100
    plain = f"{symbol}{abs(value):,.2f}"
    german = f"{abs(value):,.2f}".translate(str.maketrans(",.", ".,")) + (
        f" {symbol}" if symbol else ""
    )
    sign = "-" if cents < 0 else ""

    for comma_decimal in (False, True):
        for text in (sign + plain, sign + german):
            amount = money(text, comma_decimal=comma_decimal)
            assert amount is not None
            assert amount.value == value


@given(
    st.lists(
        st.one_of(st.just(""), st.decimals(0, 10**6, places=2).map(lambda d: f"{d:,}")), max_size=20
    )
)
def test_the_quick_way_agrees_with_the_careful_one(cells: list[str]) -> None:
    """Where a column is read at once, each cell is what it would be alone."""
    plain = plain_amounts(cells)

    if plain is not None:
        assert plain[0] == [amount.value if (amount := money(cell)) else None for cell in cells]


@given(st.text(max_size=12))
def test_any_text_is_a_number_unknown_or_malformed(text: str) -> None:
    """No text makes a parser fail in another way."""
    for parse in (count, measure, money, fraction):
        with contextlib.suppress(Malformed):
            parse(text)
