"""Makes the test vectors of `core/src/safety` with independent programs, and writes them beside this file.

    pip install ephem==4.2.1 mgrs==1.6.0 openlocationcode==1.0.1 pyproj==3.7.2
    python make.py

sun.csv        PyEphem (VSOP87): rise and set about the transit of each day; the centre of the Sun at -0.8333 degrees for
               sunrise and sunset, at -6 degrees for civil twilight, without refraction and at sea level.
mgrs.csv       PyPI `mgrs` (GEOTRANS) for the reference, PROJ for the easting and northing of its zone.
plus_code.csv  PyPI `openlocationcode`, Google's own encoder.
"""

import csv
import datetime
import math
import pathlib
import random

import ephem
import mgrs
import pyproj
from openlocationcode import openlocationcode

HERE = pathlib.Path(__file__).parent
EPOCH = datetime.datetime(1970, 1, 1)
HALF_DAY = 0.5


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        file.write("# Made by make.py, which says how.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def unix_ms(date):
    return round((ephem.Date(date).datetime() - EPOCH).total_seconds() * 1000)


def crossings(lat, lon, noon, horizon):
    """State, rise and set about a noon."""

    def find(search):
        observer = ephem.Observer()
        observer.lat, observer.lon = str(lat), str(lon)
        observer.pressure, observer.elevation, observer.horizon = 0, 0, horizon
        observer.date = noon
        try:
            return getattr(observer, search)(ephem.Sun(), use_center=True), None
        except ephem.AlwaysUpError:
            return None, "always_up"
        except ephem.NeverUpError:
            return None, "always_down"

    rise, up = find("previous_rising")
    set_, down = find("next_setting")
    rise = rise if rise is not None and noon - rise <= HALF_DAY else None
    set_ = set_ if set_ is not None and set_ - noon <= HALF_DAY else None
    if rise is None and set_ is None:
        return [up or down, "", ""]
    return ["rises_and_sets", *("" if time is None else unix_ms(time) for time in (rise, set_))]


def sun():
    latitudes = [-77.85, -65, -54.8, -41.3, -21.1, 0, 17, 35.7, 44.9, 52.5, 60.4, 65, 69.65, 78.22]
    longitudes = [6.2, -179.5, 178.4, -70.7]
    days = ["2024-02-29", "2026-03-20", "2026-05-16", "2026-06-21", "2026-08-02", "2026-11-29", "2026-12-21", "2031-01-24"]
    for lat in latitudes:
        for lon in longitudes:
            for day in days:
                mean_noon = ephem.Date(day.replace("-", "/")) + 0.5 - lon / 360
                observer = ephem.Observer()
                observer.lat, observer.lon, observer.pressure = str(lat), str(lon), 0
                observer.date = mean_noon - 0.25
                noon = observer.next_transit(ephem.Sun())
                row = [lat, lon, day, *crossings(lat, lon, noon, "-0:50"), *crossings(lat, lon, noon, "-6")]
                yield row


def mgrs_rows():
    convert = mgrs.MGRS()
    generator = random.Random(20)
    points = [(generator.uniform(-79.9, 83.9), generator.uniform(-180, 180)) for _ in range(150)]
    # Norway, Svalbard, zone and band borders, the date line, and the polar caps.
    points += [(60.3, 4.9), (56.1, 3.1), (63.9, 5.9), (64.1, 5.9), (55.9, 3.1)]
    points += [(78.2, lon) for lon in (3.0, 8.9, 9.1, 15.6, 20.9, 21.1, 32.9, 33.1, 41.9)]
    points += [(lat, 6.2) for lat in (-72.01, -71.99, -0.01, 0.01, 7.99, 8.01, 71.99, 72.01, 83.99)]
    points += [(-17.5, 179.99), (-17.5, -179.99), (66.5, -180.0), (-16.2, 180.0)]
    points += [(84.5, 10.0), (87.2, -120.0), (89.9, 179.0), (-80.5, 10.0), (-85.1, -120.0), (-89.9, 45.0)]
    points += [(generator.uniform(84.1, 89.9), generator.uniform(-180, 180)) for _ in range(15)]
    points += [(-generator.uniform(80.1, 89.9), generator.uniform(-180, 180)) for _ in range(15)]
    # Fifty places a metre or so apart, of which the first fit one is taken.
    for lat, lon in points:
        rows = (mgrs_row(convert, lat * (1 - n * 1e-7), lon * (1 - n * 1e-7)) for n in range(50))
        yield from [row for row in rows if row is not None][:1]


def mgrs_row(convert, lat, lon):
    lat, lon = round(lat, 6), round(lon, 6)
    reference = convert.toMGRS(lat, lon, MGRSPrecision=5)
    zone = int(reference[:2]) if reference[0].isdigit() else None
    if zone is None:
        target = f"+proj=ups {'+south' if lat < 0 else ''} +ellps=WGS84"
    else:
        target = f"+proj=utm +zone={zone} {'+south' if lat < 0 else ''} +ellps=WGS84"
    east, north = pyproj.Transformer.from_crs("EPSG:4326", target, always_xy=True).transform(lon, lat)
    # GEOTRANS rounds to a metre in some versions and truncates in others: no vector may be close to either border.
    if any(not 0.02 < value - math.floor(value) < 0.48 for value in (east, north)):
        return None
    return [lat, lon, reference, round(east), round(north)]


def plus_codes():
    generator = random.Random(7)
    points = [(90, 1), (90, -180), (90, 180), (-90, 0), (-90, 180), (89.99999, 179.99999), (0, 0), (0, 180), (0, -180)]
    points += [(20.3701125, 2.782234375), (47.0000625, 8.0000625), (44.9, 6.2), (-17.5, 179.999999), (-17.5, -179.999999)]
    points += [(generator.uniform(-90, 90), generator.uniform(-180, 180)) for _ in range(66)]
    for lat, lon in points:
        lat, lon = round(lat, 9), round(lon, 9)
        for length in range(10, 16):
            yield [lat, lon, length, openlocationcode.encode(lat, lon, length)]


write("sun.csv", ["lat", "lon", "date", "sun", "rise_ms", "set_ms", "civil_twilight", "dawn_ms", "dusk_ms"], sun())
write("mgrs.csv", ["lat", "lon", "mgrs", "easting_m", "northing_m"], mgrs_rows())
write("plus_code.csv", ["lat", "lon", "length", "code"], plus_codes())
