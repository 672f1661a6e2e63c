"""What the made-up company sells: its SKU list, titles in each site's language, prices and owners.

The first SKUs carry the roles of the story and the texts that spreadsheets like to mangle (`0047`,
`1E5`, a leading `+`, a title that is a formula); after that every twenty SKUs repeat one pattern of
twins, discontinued, clearance and new products. Names and numbers are invented.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES

STORE = "acme"
SITES = ("US", "DE", "JP")
FEWEST_SKUS = 12


class Role(StrEnum):
    """What a SKU is there to show; most are ordinary."""

    ORDINARY = "ordinary"
    STOCK_OUT = "stock-out"
    BURNING_AD = "burning ad"
    IDLE_AD = "idle ad"
    REVIEWED = "reviewed"
    LOST_BUY_BOX = "lost buy box"
    OVERSTOCK = "overstock"
    DEAR_AD = "dear ad"


class Product(NamedTuple):
    """One SKU on every site it is sold on; `rate` is units a day on the US site, prices are local."""

    sku: str
    asin: str
    parent_asin: str
    category: str
    short_name: str
    titles: dict[str, str]
    prices: dict[str, float]
    rate: float
    status: str
    fulfilment: str
    owners: dict[str, str]
    launched: date
    lead_time_days: int
    role: Role
    promoted: bool
    sites: tuple[str, ...]


class _Family(NamedTuple):
    code: str
    category: str
    price: float
    zh: str
    en: str
    de: str
    ja: str


_FAMILIES = (
    _Family(
        "KT",
        "kitchen",
        39.99,
        "电热水壶",
        "Electric Kettle 1.7 L",
        "Wasserkocher 1,7 l",
        "電気ケトル 1.7L",
    ),
    _Family(
        "LAMP",
        "home",
        29.99,
        "护眼台灯",
        "LED Desk Lamp, 3 Light Modes",
        "Schreibtischlampe LED, 3 Farben",
        "LEDデスクライト 調光3段階",
    ),
    _Family(
        "TRAY",
        "office",
        24.99,
        "文件架",
        "Document Tray, 4 Tiers",
        "Dokumentenablage, 4 Fächer",
        "書類トレー 4段",
    ),
    _Family(
        "CBL",
        "electronics",
        12.99,
        "数据线",
        "USB-C Cable 6 ft",
        "USB-C-Kabel 1,8 m",
        "USB-Cケーブル 1.8m",
    ),
    _Family(
        "CHG",
        "electronics",
        19.99,
        "充电器",
        "USB Wall Charger 30 W",
        "USB-Ladegerät 30 W",
        "USB充電器 30W",
    ),
    _Family(
        "HDM", "electronics", 14.99, "高清线", "HDMI Cable 2 m", "HDMI-Kabel 2 m", "HDMIケーブル 2m"
    ),
    _Family(
        "STD",
        "office",
        27.99,
        "电脑支架",
        "Laptop Stand, Foldable",
        "Laptopständer, klappbar",
        "ノートPCスタンド 折りたたみ",
    ),
    _Family(
        "BRD",
        "kitchen",
        22.99,
        "砧板",
        "Bamboo Cutting Board Set",
        "Schneidebretter aus Bambus, 3 Stück",
        "竹まな板 3枚セット",
    ),
    _Family(
        "KB",
        "electronics",
        34.99,
        "无线键盘",
        "Wireless Keyboard, Compact",
        "Funktastatur, kompakt",
        "ワイヤレスキーボード コンパクト",
    ),
    _Family(
        "BTL",
        "outdoor",
        21.99,
        "保温杯",
        "Insulated Bottle 24 oz",
        "Isolierflasche 0,7 l",
        "ステンレスボトル 0.7L",
    ),
    _Family(
        "PIL",
        "home",
        32.99,
        "记忆枕",
        "Memory Foam Pillow",
        "Kissen aus Memoryschaum",
        "低反発まくら",
    ),
    _Family(
        "MUG",
        "kitchen",
        17.99,
        "马克杯",
        "Ceramic Mug, Set of 2",
        "Keramiktassen, 2er-Set",
        "マグカップ 2個セット",
    ),
    _Family(
        "BAG",
        "outdoor",
        36.99,
        "折叠背包",
        "Foldable Backpack 25 L",
        "Faltbarer Rucksack 25 l",
        "折りたたみリュック 25L",
    ),
    _Family("MAT", "outdoor", 28.99, "瑜伽垫", "Yoga Mat 6 mm", "Yogamatte 6 mm", "ヨガマット 6mm"),
    _Family(
        "FAN",
        "home",
        26.99,
        "桌面风扇",
        "Desk Fan, Quiet",
        "Tischventilator, leise",
        "卓上扇風機 静音",
    ),
    _Family(
        "SCL",
        "kitchen",
        18.99,
        "厨房秤",
        "Kitchen Scale 5 kg",
        "Küchenwaage 5 kg",
        "キッチンスケール 5kg",
    ),
    _Family(
        "PEN",
        "office",
        15.99,
        "中性笔",
        "Gel Pens, Pack of 12",
        "Gelschreiber, 12 Stück",
        "ゲルインクボールペン 12本",
    ),
    _Family(
        "BOX",
        "home",
        30.99,
        "收纳箱",
        "Storage Boxes, Set of 3",
        "Aufbewahrungsboxen, 3er-Set",
        "収納ボックス 3個組",
    ),
    _Family(
        "MSE",
        "electronics",
        23.99,
        "无线鼠标",
        "Wireless Mouse, Silent",
        "Funkmaus, leise",
        "ワイヤレスマウス 静音",
    ),
)

_COLOURS = (
    ("BLK", "黑", "Black", "Schwarz", "ブラック"),
    ("WHT", "白", "White", "Weiß", "ホワイト"),
    ("GRY", "灰", "Gray", "Grau", "グレー"),
    ("BLU", "蓝", "Blue", "Blau", "ブルー"),
    ("GRN", "绿", "Green", "Grün", "グリーン"),
    ("RED", "红", "Red", "Rot", "レッド"),
)

_OWNERS = ("王芳", "李强", "陈静", "赵敏")
_SKU_TEXTS = {0: "KT-204", 1: "LAMP-07", 3: "0047", 4: "1E5", 5: "+CBL-2M"}
_FORMULA_TITLE = {6: '=IMPORTXML("http://x")'}
_ROLES = {
    0: Role.STOCK_OUT,
    1: Role.BURNING_AD,
    2: Role.IDLE_AD,
    7: Role.REVIEWED,
    8: Role.LOST_BUY_BOX,
    13: Role.OVERSTOCK,
    15: Role.DEAR_AD,
}
_PROMOTED = frozenset({3, 6, 7, 12, 17, 18, 22, 25})
_PATTERN = 20
_TWIN, _DISCONTINUED, _CLEARANCE, _NEW = 9, 10, 11, 14


BENCHMARKS = {
    "electronics": (0.20, 0.28),
    "home": (0.25, 0.32),
    "kitchen": (0.22, 0.32),
    "office": (0.22, 0.30),
    "outdoor": (0.24, 0.32),
}
"""The usual ACOS range of each category, the same on every site."""


def stream(seed: int, *things: object) -> random.Random:
    """Return a stream of numbers that depends on nothing but the seed and what it is for."""
    return random.Random("/".join(map(str, (seed, *things))))  # noqa: S311  # invented figures, no secrets


def products(seed: int, count: int, last_day: date) -> tuple[Product, ...]:
    """Return the first `count` SKUs of the company, always in the same order."""
    made: list[Product] = []
    families = 0
    for index in range(count):
        if index % _PATTERN == _TWIN:
            made.append(_twin(made[-1], index))
            continue
        made.append(_product(seed, index, families, last_day))
        families += 1
    return tuple(made)


def _product(seed: int, index: int, number: int, last_day: date) -> Product:
    rng = stream(seed, "product", index)
    family = _FAMILIES[number % len(_FAMILIES)]
    edition, colour = divmod(number // len(_FAMILIES), len(_COLOURS))
    code, zh, en, de, ja = _COLOURS[colour]
    mark = f"-{edition + 1}" if edition else ""
    titles = {"US": f"{family.en}, {en}", "DE": f"{family.de}, {de}", "JP": f"{family.ja} {ja}"}
    formula = _FORMULA_TITLE.get(index)
    status = _status(index)
    age = rng.randrange(200, 900) if status != "新品" else 50 + 20 * (index // _PATTERN % 2)
    return Product(
        sku=_SKU_TEXTS.get(index, f"{family.code}-{code}{mark}"),
        asin=f"B0DM{index:06d}",
        parent_asin=f"B0DP{number % len(_FAMILIES):06d}",
        category=family.category,
        short_name=formula or f"{family.zh} {zh}{mark}",
        titles=dict.fromkeys(titles, formula) if formula else titles,
        prices={site: local_price(family.price, site) for site in SITES},
        rate=round(rng.uniform(4.0, 9.0), 2),
        status=status,
        fulfilment="FBA",
        owners={site: _OWNERS[(index + place) % len(_OWNERS)] for place, site in enumerate(SITES)},
        launched=last_day - timedelta(days=age),
        lead_time_days=rng.randrange(25, 46),
        role=_ROLES.get(index, Role.ORDINARY),
        promoted=index in _PROMOTED,
        sites=SITES,
    )


def _twin(sibling: Product, index: int) -> Product:
    """Return the seller-fulfilled offer of the same ASIN; in Japan the company ships through FBA only."""
    return sibling._replace(
        sku=f"{sibling.sku}-FBM",
        rate=0.8,
        status="在售",
        fulfilment="FBM",
        role=Role.ORDINARY,
        promoted=False,
        sites=tuple(site for site in SITES if site != "JP"),
        short_name=f"{sibling.short_name} 自发货",
        owners={site: _OWNERS[(index + place) % len(_OWNERS)] for place, site in enumerate(SITES)},
    )


def _status(index: int) -> str:
    place = index % _PATTERN
    return {_DISCONTINUED: "停售", _CLEARANCE: "清仓", _NEW: "新品"}.get(place, "在售")


def local_price(usd: float, site: str) -> float:
    """Return a price as shops write it in the site's currency: 28.99, 27.99, 4180."""
    if MARKETPLACES[site].digits == 0:
        return float(int(usd * 145 / 100) * 100 + 80)
    return usd if site == "US" else round(int(usd * 0.95) + 0.99, 2)
