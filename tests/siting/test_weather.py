"""Weather files and PVGIS: years read whole, mistakes told at once, hostile files refused."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.errors import FetchError, InputError
from heatreach.siting.fetching.pvgis import PVGIS_ATTRIBUTION, PVGIS_URL, fetch_outdoor_year
from heatreach.siting.fetching.web import check_address, user_agent
from heatreach.siting.reading.weather import read_weather
from heatreach.thermo.demand.climate_year import climate_year
from heatreach.thermo.profiles import heat_shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

LOOPBACK = frozenset({"127.0.0.1"})
HELSINKI = "LOCATION,Helsinki,-,FIN,IWEC Data,029740,60.32,24.97,2.0,51.0"


def numbered(hours: int = 8760) -> Floats:
    """A year in which every hour can be told from its neighbours."""
    return np.round(10.0 * np.sin(np.arange(hours) / 700.0) + np.arange(hours) % 24 / 10.0, 1)


def stamps(year: int = 2001) -> pd.DatetimeIndex:
    """Hours of a year."""
    return pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")


def epw(degc: Floats, *, year: int = 2001, location: str = HELSINKI, steps: str = "1") -> list[str]:
    """Lines of an EPW file."""
    header = [
        location,
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        'COMMENTS 1,"one, two"',
        "COMMENTS 2,",
        f"DATA PERIODS,1,{steps},Data,Sunday, 1/ 1,12/31",
    ]
    times = stamps(year)
    return header + [
        f"{t.year},{t.month},{t.day},{t.hour + 1},60,?9?9,{value},-2.0,80,101300"
        for t, value in zip(times, degc, strict=True)
    ]


def written(folder: Path, name: str, lines: list[str], encoding: str = "utf-8") -> Path:
    """A file with these lines."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def problems(path: Path) -> list[str]:
    """What is wrong with a file."""
    with pytest.raises(InputError) as caught:
        read_weather(path)
    return [str(problem) for problem in caught.value.problems]


def test_golden_epw_is_read_hour_by_hour(tmp_path: Path) -> None:
    """Hour 1 of the file is the hour from 00:00 (EnergyPlus data dictionary)."""
    year = read_weather(written(tmp_path, "helsinki.epw", epw(numbered())))
    np.testing.assert_array_equal(year.degc, numbered())
    assert year.place == "Helsinki, -, FIN"
    assert year.source.startswith("helsinki.epw (SHA-256 ")
    assert year.notes == ()


def test_golden_epw_of_a_leap_year_loses_the_leap_day(tmp_path: Path) -> None:
    degc = numbered(8784)
    year = read_weather(written(tmp_path, "leap.epw", epw(degc, year=2004)))
    np.testing.assert_array_equal(year.degc, np.delete(degc, np.s_[1416:1440]))
    assert "29 February is left out" in str(year.notes[0])


def test_golden_epw_gaps_are_filled_on_a_straight_line(tmp_path: Path) -> None:
    degc = numbered()
    degc[100], degc[103] = 4.0, 10.0
    lines = epw(degc)
    for hour in (101, 102):
        lines[8 + hour] = lines[8 + hour].replace(f"?9?9,{degc[hour]}", "?9?9,99.9")
    lines[8 + 8759] = lines[8 + 8759].replace(f"?9?9,{degc[-1]}", "?9?9,99.9")
    year = read_weather(written(tmp_path, "gaps.epw", lines))
    assert year.degc[101:103] == pytest.approx([6.0, 8.0])
    assert year.degc[-1] == pytest.approx((degc[8758] + degc[0]) / 2)
    assert "3 missing hours are filled by a straight line" in str(year.notes[0])


def test_property_epw_with_a_station_in_windows_1252_is_read(tmp_path: Path) -> None:
    lines = epw(numbered(), location=HELSINKI.replace("Helsinki", "Malmö\x1b[31m"))
    year = read_weather(written(tmp_path, "malmo.epw", lines, encoding="cp1252"))
    assert year.place.startswith("Malm")
    assert year.place.isprintable()


@pytest.mark.parametrize("name", ["outdoor_degc", "Temperature", "T2m"])
def test_golden_csv_without_times(tmp_path: Path, name: str) -> None:
    lines = [name, *(str(value) for value in numbered())]
    np.testing.assert_array_equal(read_weather(written(tmp_path, "a.csv", lines)).degc, numbered())


def test_golden_csv_with_decimal_commas_and_hour_numbers(tmp_path: Path) -> None:
    cells = (f"{i};{value}".replace(".", ",") for i, value in enumerate(numbered()))
    year = read_weather(written(tmp_path, "a.csv", ["hour;outdoor_degc", *cells]))
    np.testing.assert_array_equal(year.degc, numbered())


def test_golden_csv_of_a_heating_year_is_put_in_order(tmp_path: Path) -> None:
    """July 2003 to June 2004, with a leap day and an offset of local standard time."""
    times = pd.date_range("2003-07-01", "2004-06-30 23:00", freq="h")
    degc = np.arange(len(times)) / 500.0
    rows = [f"{t:%Y-%m-%dT%H:%M:%S}+02:00,{v}" for t, v in zip(times, degc, strict=True)]
    year = read_weather(written(tmp_path, "a.csv", ["time,temperature", *rows]))
    january = int(np.flatnonzero(times == pd.Timestamp("2004-01-01"))[0])
    assert year.degc[0] == degc[january]
    assert year.degc[8759] == degc[january - 1]
    march = int(np.flatnonzero(times == pd.Timestamp("2004-03-01"))[0])
    assert year.degc[1416] == degc[march]


def test_golden_utc_times_are_read_with_a_doubt(tmp_path: Path) -> None:
    rows = [f"{t:%Y-%m-%dT%H:00}Z,{v}" for t, v in zip(stamps(), numbered(), strict=True)]
    year = read_weather(written(tmp_path, "a.csv", ["time,temperature", *rows]))
    assert "in UTC" in str(year.notes[0])


def test_golden_file_and_normals_serve_the_same_shapes(tmp_path: Path) -> None:
    degc = climate_year("FI")
    lines = ["outdoor_degc", *(f"{value:.12f}" for value in degc)]
    read = read_weather(written(tmp_path, "fi.csv", lines)).degc
    ours = heat_shape("flats", read, hot_water_share=0.25)
    np.testing.assert_allclose(ours, heat_shape("flats", degc, hot_water_share=0.25), rtol=1e-9)


def test_read_weather_rejects_everything_wrong_at_once(tmp_path: Path) -> None:
    lines = epw(numbered(), steps="4")
    lines[8 + 5] = lines[8 + 5].replace("?9?9,", "?9?9,warm")
    lines[8 + 6] = lines[8 + 6].replace(f"?9?9,{numbered()[6]}", "?9?9,-88.0")
    lines[8 + 7] = lines[8 + 8]
    found = problems(written(tmp_path, "bad.epw", lines))
    assert len(found) == 5
    text = "\n".join(found)
    assert "DATA PERIODS states '4' records per hour; give one record per hour" in text
    assert "column dry bulb, line 14: not a number: 'warm0.6'" in text
    assert "line 15: outside -70 to 70 °C: -88" in text
    assert "2 lines: 16, 17: hours given more than once: '01 Jan 08:00'" in text
    assert "hours not given (1): '01 Jan 07:00'" in text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["outdoor_degc", *["5.0"] * 8759], "has 8759 values, not 8760 or 8784; give 8760 hourly"),
        (["outdoor_degc", *["278.15"] * 8760], "if 278.15 is in K, did you mean 5"),
        (["outdoor_degc", *["50"] * 8760], "mean of the year is 50.0 °C.*if they are in °F"),
        (["outdoor_degc,b", *["5.0,1"] * 8752, *[",1"] * 8], "8 hours without a value, up to 8"),
        (["outdoor,b", *["5.0,1"] * 8760], "has no column outdoor_degc; there are: outdoor, b"),
        (["outdoor_degc", *["5.0"] * 8759, "5 °C"], "row 8761: not a number: '5 °C'; write 5"),
        (
            ["time,outdoor_degc", *["2001-01-01 00:30,5"] * 8760],
            "column time, 8760 rows: 2, 3, 4, 5, 6, …: no full hour: '2001-01-01 00:30'",
        ),
        (["outdoor_degc", "1,2"], r"row 2 has 2"),
        (["outdoor_degc"], "has 0 values"),
    ],
)
def test_read_weather_rejects_csv_with_the_next_step(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_weather(written(tmp_path, "a.csv", lines))


def test_read_weather_rejects_summer_time(tmp_path: Path) -> None:
    """Local clock time lacks an hour in March and has one twice in October."""
    clock = pd.date_range("2023-01-01", periods=8760, freq="h", tz="Europe/Helsinki")
    rows = [f"{t:%Y-%m-%d %H:%M},5.0" for t in clock]
    found = problems(written(tmp_path, "a.csv", ["time,temperature", *rows]))
    assert any("hours given more than once" in text and "29 Oct 03:00" in text for text in found)
    assert any("26 Mar 03:00" in text for text in found)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.epw", b"", "is no EPW file"),
        ("a.epw", b"\x89PNG\r\n\x1a\n", "is no EPW file"),
        ("a.epw", b"LOCATION,\x1b[31mred\n" * 20, r"fewer than 7 cells"),
        ("a.csv", b"\xff\xfet\x00", "is not UTF-8"),
        ("a.xlsx", b"PK\x03\x04", "is no weather file"),
        ("absent.epw", None, "cannot be opened"),
        ("a.csv", b'time,outdoor_degc\n"unclosed', "unclosed quotation mark"),
    ],
)
def test_read_weather_rejects_other_files(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_weather(path)
    assert "\x1b" not in str(caught.value)


def test_read_weather_rejects_folders(tmp_path: Path) -> None:
    (tmp_path / "a.epw").mkdir()
    with pytest.raises(InputError, match="no regular file"):
        read_weather(tmp_path / "a.epw")


@given(st.binary(max_size=300), st.sampled_from([".epw", ".csv"]))
@settings(max_examples=60)
def test_property_no_file_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("weather") / f"any{ending}"
    path.write_bytes(content if ending == ".csv" else b"LOCATION,x\n" * 8 + content)
    with pytest.raises(InputError) as caught:
        read_weather(path)
    assert all(line.isprintable() for line in str(caught.value).splitlines())


class Pvgis:
    """A server that answers like PVGIS."""

    def __init__(self) -> None:
        self.status = 200
        self.body = json.dumps(self.answer(numbered())).encode()
        self.asked: list[tuple[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, str(self.headers["User-Agent"])))
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            def log_message(self, *_words: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v5_3"

    @staticmethod
    def answer(degc: Floats) -> dict[str, Any]:
        """JSON of a typical year whose months come from different years."""
        hours = [
            {"time(UTC)": f"{2005 + t.month % 7}{t:%m%d:%H%M}", "T2m": float(v), "RH": 80.0}
            for t, v in zip(stamps(), degc, strict=True)
        ]
        return {"inputs": {}, "outputs": {"months_selected": [], "tmy_hourly": hours}, "meta": {}}


@pytest.fixture
def pvgis() -> Iterator[Pvgis]:
    service = Pvgis()
    thread = threading.Thread(target=service.server.serve_forever, args=(0.02,))
    thread.start()
    yield service
    service.server.shutdown()
    thread.join()
    service.server.server_close()


def asked_year(service: Pvgis, folder: Path, **options: Any) -> Any:
    """Year of Karhula from the server."""
    place: dict[str, Any] = {"lat": 60.5212, "lon": 26.9379} | options
    return fetch_outdoor_year(
        place.pop("lat"), place.pop("lon"), pvgis_url=service.url, cache_dir=folder, hosts=LOOPBACK,
        **place,
    )  # fmt: skip


def test_golden_pvgis_year_is_shifted_and_kept(pvgis: Pvgis, tmp_path: Path) -> None:
    """26.94° east is 1.8 hours, so two: 00:00 there is 22:00 UTC of the day before."""
    year = asked_year(pvgis, tmp_path)
    assert year.degc[2] == numbered()[0]
    assert year.degc[0] == numbered()[8758]
    assert PVGIS_ATTRIBUTION in year.source
    assert "UTC+2" in year.source
    assert year.place == "lat 60.52, lon 26.94"
    ((path, agent),) = pvgis.asked
    assert urlsplit(path).path == "/api/v5_3/tmy"
    assert parse_qs(urlsplit(path).query) == {
        "lat": ["60.52"],
        "lon": ["26.94"],
        "outputformat": ["json"],
    }
    assert agent == user_agent()
    pvgis.body, pvgis.status = b"", 500
    np.testing.assert_array_equal(asked_year(pvgis, tmp_path).degc, year.degc)
    assert len(pvgis.asked) == 1
    with pytest.raises(FetchError):
        asked_year(pvgis, tmp_path, refresh=True)
    np.testing.assert_array_equal(asked_year(pvgis, tmp_path).degc, year.degc)


@pytest.mark.parametrize(("lon", "first"), [(-122.42, 8), (0.0, 0), (-0.001, 0), (179.9, -12)])
def test_golden_hours_move_with_the_longitude(
    pvgis: Pvgis, tmp_path: Path, lon: float, first: int
) -> None:
    assert asked_year(pvgis, tmp_path, lon=lon).degc[0] == numbered()[first]


def test_property_a_damaged_copy_is_asked_again(pvgis: Pvgis, tmp_path: Path) -> None:
    asked_year(pvgis, tmp_path)
    (kept,) = (tmp_path / "pvgis").glob("tmy_*[0-9].json")
    kept.write_bytes(kept.read_bytes()[:1000])
    assert asked_year(pvgis, tmp_path).degc[2] == numbered()[0]
    assert len(pvgis.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, b'{"message": "Location over the sea.\\u001b"}', "400: Location over the sea"),
        (429, b"", "429: Too Many Requests"),
        (200, b"<html>", "not that of PVGIS"),
        (200, b'{"outputs": {"tmy_hourly": [{"time(UTC)": "20050101:0000"}]}}', "incomplete"),
        (200, b'{"outputs": {"tmy_hourly": []}}', "has 0 hours, not 8760"),
    ],
)
def test_fetch_outdoor_year_rejects_other_answers(
    pvgis: Pvgis, tmp_path: Path, status: int, body: bytes, message: str
) -> None:
    pvgis.status, pvgis.body = status, body
    with pytest.raises(FetchError, match=message) as caught:
        asked_year(pvgis, tmp_path)
    assert "give a weather file" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert not list((tmp_path / "pvgis").glob("tmy_*[0-9].json"))


def test_fetch_outdoor_year_rejects_years_that_are_none(pvgis: Pvgis, tmp_path: Path) -> None:
    answer = Pvgis.answer(numbered())
    answer["outputs"]["tmy_hourly"].reverse()
    pvgis.body = json.dumps(answer).encode()
    with pytest.raises(FetchError, match="do not run through one year"):
        asked_year(pvgis, tmp_path)
    pvgis.body = json.dumps(Pvgis.answer(numbered() + 300.0)).encode()
    with pytest.raises(FetchError, match="do not occur on earth"):
        asked_year(pvgis, tmp_path)


def test_fetch_outdoor_year_rejects_places_and_hosts(pvgis: Pvgis, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"lat 126.9, lon 60.5 is no place; check the axes"):
        fetch_outdoor_year(126.9, 60.5, cache_dir=tmp_path)
    with pytest.raises(FetchError, match="heatreach asks only"):
        fetch_outdoor_year(60.5, 26.9, pvgis_url=pvgis.url, cache_dir=tmp_path)
    assert pvgis.asked == []
    with pytest.raises(FetchError, match="only https"):
        check_address(PVGIS_URL.replace("https", "http"))
    assert check_address(PVGIS_URL) == PVGIS_URL
