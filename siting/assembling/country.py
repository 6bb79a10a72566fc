"""
Which country a point lies in, without asking the internet.

The outlines are those of Geofabrik's extracts, a copy of which comes with the pyrosm package.
They follow borders with a margin of a kilometre or two and reach far out to sea, so a point near a
border can lie in two of them: `country_at` then takes the likelier one and names the others, and
the caller says so to the planner. States without an outline of their own (San Marino, Vatican City,
Gibraltar) answer as the country around them. Prices and grid factors per country live in the data
room; nothing here knows them.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# An outline's margin over the true border is smaller than this; deeper inside, there is no doubt.
_MARGIN_DEG = 0.05
# A region counts as lying inside another when this share of it does; outlines differ by slivers.
_NESTED_SHARE = 0.9

# Geofabrik's region names and their ISO 3166-1 alpha-2 codes. Where one region holds several
# states, the most populous comes first; a state that also has a region of its own (GB beside
# Ireland) is looked for only there.
_REGIONS = """
afghanistan:AF albania:AL algeria:DZ american-oceania:AS+GU+MP andorra:AD angola:AO argentina:AR
armenia:AM australia:AU austria:AT azerbaijan:AZ azores:PT bahamas:BS bangladesh:BD belarus:BY
belgium:BE belize:BZ benin:BJ bermuda:BM bhutan:BT bolivia:BO bosnia-herzegovina:BA botswana:BW
brazil:BR bulgaria:BG burkina-faso:BF burundi:BI cambodia:KH cameroon:CM canada:CA
canary-islands:ES cape-verde:CV central-african-republic:CF ceuta:ES chad:TD chile:CL china:CN
christmas-island:CX cocos-islands:CC colombia:CO comores:KM congo-brazzaville:CG
congo-democratic-republic:CD cook-islands:CK costa-rica:CR croatia:HR cuba:CU cyprus:CY
czech-republic:CZ denmark:DK djibouti:DJ east-timor:TL ecuador:EC egypt:EG el-salvador:SV
equatorial-guinea:GQ eritrea:ER estonia:EE ethiopia:ET falklands:FK faroe-islands:FO fiji:FJ
finland:FI france:FR gabon:GA gcc-states:SA+AE+OM+KW+QA+BH georgia:GE germany:DE ghana:GH
greece:GR greenland:GL guadeloupe:GP guatemala:GT guernsey-jersey:JE+GG guinea:GN guinea-bissau:GW
guyana:GY guyane:GF haiti-and-domrep:DO+HT honduras:HN hong-kong:HK hungary:HU iceland:IS india:IN
indonesia:ID iran:IR iraq:IQ ireland-and-northern-ireland:IE+GB isle-of-man:IM
israel-and-palestine:IL+PS italy:IT ivory-coast:CI jamaica:JM japan:JP jordan:JO kazakhstan:KZ
kenya:KE kiribati:KI kosovo:XK kyrgyzstan:KG laos:LA latvia:LV lebanon:LB lesotho:LS liberia:LR
libya:LY liechtenstein:LI lithuania:LT luxembourg:LU macau:MO macedonia:MK madagascar:MG malawi:MW
malaysia-singapore-brunei:MY+SG+BN maldives:MV mali:ML malta:MT marshall-islands:MH martinique:MQ
mauritania:MR mauritius:MU mayotte:YT melilla:ES mexico:MX micronesia:FM moldova:MD monaco:MC
mongolia:MN montenegro:ME morocco:MA mozambique:MZ myanmar:MM namibia:NA nauru:NR nepal:NP
netherlands:NL new-caledonia:NC new-zealand:NZ nicaragua:NI niger:NE nigeria:NG niue:NU
norfolk-island:NF north-korea:KP norway:NO pakistan:PK palau:PW panama:PA papua-new-guinea:PG
paraguay:PY peru:PE philippines:PH pitcairn-islands:PN poland:PL polynesie-francaise:PF portugal:PT
reunion:RE romania:RO russia:RU rwanda:RW saint-helena-ascension-and-tristan-da-cunha:SH samoa:WS
sao-tome-and-principe:ST senegal-and-gambia:SN+GM serbia:RS seychelles:SC sierra-leone:SL
slovakia:SK slovenia:SI solomon-islands:SB somalia:SO south-africa:ZA south-korea:KR south-sudan:SS
spain:ES sri-lanka:LK sudan:SD suriname:SR svalbard-janmayen:SJ swaziland:SZ sweden:SE
switzerland:CH syria:SY taiwan:TW tajikistan:TJ tanzania:TZ thailand:TH togo:TG tokelau:TK tonga:TO
tunisia:TN turkey:TR turkmenistan:TM tuvalu:TV uganda:UG ukraine:UA united-kingdom:GB uruguay:UY
us:US us/puerto-rico:PR us/us-virgin-islands:VI uzbekistan:UZ vanuatu:VU venezuela:VE vietnam:VN
wallis-et-futuna:WF yemen:YE zambia:ZM zimbabwe:ZW
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country by its ISO 3166-1 alpha-2 code, and the others it might be instead."""

    code: str
    also: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether the point may as well lie in one of the others."""
        return bool(self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """One outline and the codes of the states within it, most populous first."""

    codes: tuple[str, ...]
    outline: BaseGeometry
    shared: bool


def country_at(lon: float, lat: float) -> Country | None:
    """
    Country of a point, by the extract outlines that contain it.

    Parameters
    ----------
    lon, lat
        Position in WGS 84 [°].

    Returns
    -------
    country
        The country, with the others it might be near a border or in an outline shared by several
        states; None on the open sea.

    Raises
    ------
    ValueError
        If the position is not on the globe.

    Notes
    -----
    Of several outlines the innermost wins (Monaco lies within France's), then the one of a single
    state, then the one whose edge is farthest from the point.

    Examples
    --------
    >>> country_at(26.95, 60.53)
    Country(code='FI', also=())
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"longitude {lon}, latitude {lat} is not a position on the globe")
    point = shapely.Point(lon, lat)
    tree, regions = _outlines()
    hits = [regions[i] for i in sorted(tree.query(point, predicate="intersects"))]
    inner = [hit for hit in hits if not any(_nested(other, hit) for other in hits)]
    if not inner:
        return None
    depths = [float(shapely.distance(hit.outline.boundary, point)) for hit in inner]
    order = sorted(range(len(inner)), key=lambda i: (inner[i].shared, -depths[i]))
    code, *also = dict.fromkeys(code for i in order for code in inner[i].codes)
    certain = not inner[order[0]].shared and depths[order[0]] > _MARGIN_DEG
    return Country(code=code, also=() if certain else tuple(also))


def _nested(region: _Region, around: _Region) -> bool:
    """Whether `region` is a smaller one that lies inside `around`."""
    if region is around or region.outline.area >= around.outline.area:
        return False
    if region.shared and not around.shared:
        return False
    shared = shapely.intersection(region.outline, around.outline).area
    return bool(shared >= _NESTED_SHARE * region.outline.area)


@lru_cache(maxsize=1)
def _outlines() -> tuple[shapely.STRtree, tuple[_Region, ...]]:
    """Outlines of all regions in the table, and a search tree over them."""
    states = {name: codes.split("+") for name, codes in _pairs()}
    own = {codes[0] for codes in states.values() if len(codes) == 1}
    with gzip.open(_index_file(), "rt", encoding="utf-8") as handle:
        features = json.load(handle)["features"]
    regions = tuple(
        _Region(
            codes=tuple(c for c in states[name] if len(states[name]) == 1 or c not in own),
            outline=shape(feature["geometry"]),
            shared=len(states[name]) > 1,
        )
        for feature in features
        if (name := feature["properties"]["id"]) in states
    )
    return shapely.STRtree([region.outline for region in regions]), regions


def _pairs() -> list[tuple[str, str]]:
    """Region names with their codes, as the table above writes them."""
    return [(name, codes) for name, _, codes in (p.partition(":") for p in _REGIONS.split())]


def _index_file() -> Path:
    """Path of pyrosm's copy of the index, found without the second that importing pyrosm takes."""
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyrosm is not installed; run `pip install pyrosm`")
    return Path(spec.origin).parent / "data" / "geofabrik_index.geojson.gz"
