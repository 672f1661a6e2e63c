"""Which store and which marketplace a file, or a part of it, belongs to.

What the file says itself, its folder and its name are evidence; two that disagree refuse it. Only
then may the job's own list decide, where it leaves one possibility.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES, marketplace_code
from sheets_sync.errors import Words
from sheets_sync.sources.faults import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTRIES = {
    "US": "united states|united states of america|usa|美国|アメリカ|アメリカ合衆国|米国|vereinigte staaten",
    "CA": "canada|加拿大|カナダ|kanada",
    "MX": "mexico|méxico|墨西哥|メキシコ|mexiko",
    "BR": "brazil|brasil|巴西|ブラジル|brasilien",
    "UK": "united kingdom|great britain|英国|イギリス|vereinigtes königreich",
    "IE": "ireland|爱尔兰|アイルランド|irland",
    "DE": "germany|deutschland|德国|ドイツ",
    "FR": "france|法国|フランス|frankreich",
    "IT": "italy|italia|意大利|イタリア|italien",
    "ES": "spain|españa|西班牙|スペイン|spanien",
    "NL": "netherlands|nederland|荷兰|オランダ|niederlande",
    "BE": "belgium|belgië|belgique|比利时|ベルギー|belgien",
    "SE": "sweden|sverige|瑞典|スウェーデン|schweden",
    "PL": "poland|polska|波兰|ポーランド|polen",
    "TR": "turkey|türkiye|土耳其|トルコ|türkei",
    "AE": "united arab emirates|阿联酋|アラブ首長国連邦|vereinigte arabische emirate",
    "SA": "saudi arabia|沙特阿拉伯|サウジアラビア|saudi-arabien",
    "EG": "egypt|埃及|エジプト|ägypten",
    "ZA": "south africa|南非|南アフリカ|südafrika",
    "IN": "india|印度|インド|indien",
    "JP": "japan|日本",
    "AU": "australia|澳大利亚|オーストラリア|australien",
    "SG": "singapore|新加坡|シンガポール|singapur",
}
_BY_COUNTRY = {name: code for code, names in _COUNTRIES.items() for name in names.split("|")}
_CODE_IN_NAME = re.compile(rf"(?<![A-Za-z0-9])({'|'.join((*MARKETPLACES, 'GB'))})(?![A-Za-z0-9])")

_CONTENT, _FOLDER, _NAME = (
    Words("内容", "content"),
    Words("文件夹", "folder"),
    Words("文件名", "name"),
)
_CONFLICT = Words(
    "{what}不一致:{first}是 {one},{second}是 {other}。请确认后改名或移到正确的文件夹",
    "{what} is not clear: the {first} says {one}, the {second} says {other}. Rename the file or move it to the right folder",
)
_STORE, _MARKETPLACE = Words("店铺", "The store"), Words("站点", "The marketplace")
_NOT_IN_JOB = Words(
    "站点 {marketplace} 不在配置里,先在 sheets-sync.yaml 的 stores 中加上",
    "Marketplace {marketplace} is not in the job; add it to stores in sheets-sync.yaml first",
)
_NOT_OF_STORE = Words(
    "店铺 {store} 的配置里没有站点 {marketplace},先在 sheets-sync.yaml 的 stores 中加上,或移到正确的文件夹",
    "Store {store} has no marketplace {marketplace} in the job; add it to stores in sheets-sync.yaml, or move the file",
)
_WHICH_STORE = Words(
    "看不出属于哪个店铺({stores}),请放到 inbox/店铺名/ 下",
    "It is not clear whose file this is ({stores}); put it in inbox/STORE/",
)
_WHICH_MARKETPLACE = Words(
    "看不出是哪个站点({marketplaces}),请放到 inbox/{store}/站点/ 下,或在文件名里写上站点,如 _US_",
    "It is not clear which marketplace this is ({marketplaces}); put it in inbox/{store}/MARKETPLACE/ "
    "or write the marketplace in its name, like _US_",
)


@dataclass(frozen=True, slots=True)
class Places:
    """The job's stores and the marketplaces of each."""

    stores: Mapping[str, tuple[str, ...]]


class Place(NamedTuple):
    """One store on one marketplace."""

    store: str
    marketplace: str


class Hints(NamedTuple):
    """What a file's folder and name say about its place; None where they say nothing."""

    folder_store: str | None = None
    folder_marketplace: str | None = None
    name_store: str | None = None
    name_marketplace: str | None = None


def hints_of(path: str, places: Places) -> Hints:
    """Return what a path relative to the inbox says; `[STORE/][MARKETPLACE/]file` and tokens in the name."""
    file = PurePosixPath(path)
    stores = {store.casefold(): store for store in places.stores}
    folder_store = folder_marketplace = None
    for part in file.parts[:-1]:
        if folder_store is None and part.casefold() in stores:
            folder_store = stores[part.casefold()]
        elif folder_marketplace is None:
            folder_marketplace = marketplace_code(part)
    return Hints(folder_store, folder_marketplace, *_name_hints(file.name, places))


def country_code(text: str) -> str | None:
    """Return the marketplace meant by a code, an id, a domain or a country's name, or None."""
    return marketplace_code(text) or _BY_COUNTRY.get(" ".join(text.split()).casefold())


def locate(
    places: Places, hints: Hints, said: str | None = None, said_store: str | None = None
) -> Place:
    """Return the place of a file, or of the part of it that says `said`; Refused where it is not clear."""
    marketplace = _agreed(_MARKETPLACE, said, hints.folder_marketplace, hints.name_marketplace)
    store = _agreed(_STORE, said_store, hints.folder_store, hints.name_store)
    if marketplace is None:
        store = store or _only(places.stores, places)
        return Place(store, _only_marketplace(store, places))
    owners = [name for name, codes in places.stores.items() if marketplace in codes]
    if not owners:
        raise Refused(_NOT_IN_JOB.filled(marketplace=marketplace))
    if store is None:
        return Place(_only(owners, places), marketplace)
    if store not in owners:
        raise Refused(_NOT_OF_STORE.filled(store=store, marketplace=marketplace))
    return Place(store, marketplace)


def _agreed(what: Words, said: str | None, folder: str | None, name: str | None) -> str | None:
    evidence = [
        (source, value)
        for source, value in ((_CONTENT, said), (_FOLDER, folder), (_NAME, name))
        if value
    ]
    for source, value in evidence[1:]:
        if value != evidence[0][1]:
            first, one = evidence[0]
            raise Refused(
                _CONFLICT.filled(what=what, first=first, one=one, second=source, other=value)
            )
    return evidence[0][1] if evidence else None


def _only(stores: Mapping[str, object] | list[str], places: Places) -> str:
    if len(stores) == 1:
        return next(iter(stores))
    raise Refused(_WHICH_STORE.filled(stores=", ".join(stores or places.stores)))


def _only_marketplace(store: str, places: Places) -> str:
    codes = places.stores.get(store, ())
    if len(codes) == 1:
        return codes[0]
    raise Refused(_WHICH_MARKETPLACE.filled(marketplaces=", ".join(codes), store=store))


def _name_hints(name: str, places: Places) -> tuple[str | None, str | None]:
    stores = [store for store in places.stores if _token(store).search(name)]
    for store in stores:
        name = _token(store).sub(" ", name)
    codes = {marketplace_code(token) for token in _CODE_IN_NAME.findall(name)}
    known = codes & {code for marketplaces in places.stores.values() for code in marketplaces}
    certain = known or codes
    return (
        stores[0] if len(stores) == 1 else None,
        next(iter(certain)) if len(certain) == 1 else None,
    )


def _token(store: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(store)}(?![A-Za-z0-9])", re.IGNORECASE)
