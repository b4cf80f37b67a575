"""Pure rules of the territory: size, distance, legal holidays, zones, and the hours the CPTS answers for (B58)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from zoneinfo import ZoneInfo

Position = tuple[float, float]

EARTH_RADIUS_KM = 6371.0
# The longest the next opening is looked for: a window of one weekday meets no run of as many holidays.
SEARCH_DAYS = 60

SIZE_TIERS: Mapping[int, str] = MappingProxyType(
    {
        1: "Taille 1 : moins de 40\u202f000 habitants",
        2: "Taille 2 : de 40\u202f000 à 80\u202f000 habitants",
        3: "Taille 3 : de 80\u202f000 à 175\u202f000 habitants",
        4: "Taille 4 : plus de 175\u202f000 habitants",
    }
)


def size_tier(population: int) -> int:
    """The tier, 1 to 4, to suggest for a number of inhabitants (§2.2): the contract decides, the bounds are ours."""
    if population < 40_000:
        return 1
    if population < 80_000:
        return 2
    return 3 if population <= 175_000 else 4


_INSEE_CODE = re.compile(r"(?<![0-9A-Za-z])(?:\d{5}|2[AaBb]\d{3})(?![0-9A-Za-z])")


def codes_in(text: str) -> list[str]:
    """The INSEE codes of a pasted list, in its order, each once; whatever stands between them is ignored."""
    return list(dict.fromkeys(code.upper() for code in _INSEE_CODE.findall(text)))


def distance_km(a: Position, b: Position) -> float:
    """Kilometres as the crow flies between two (latitude, longitude) in degrees."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half_chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))


# -- legal holidays ---------------------------------------------------------------------------------------------------

# The library's name → the one shown. A name left out is a customary day, not a legal one (Guadeloupe: 15, of which 12).
_NATIONAL_DAYS = {
    "Jour de l'an": "Jour de l’an",
    "Lundi de Pâques": "Lundi de Pâques",
    "Fête du Travail": "Fête du Travail",
    "Fête de la Victoire": "Victoire de 1945",
    "Ascension": "Ascension",
    "Lundi de Pentecôte": "Lundi de Pentecôte",
    "Fête nationale": "Fête nationale",
    "Assomption": "Assomption",
    "Toussaint": "Toussaint",
    "Armistice": "Armistice de 1918",
    "Noël": "Noël",
}
_GOOD_FRIDAY = {"Vendredi saint": "Vendredi saint"}
_SAINT_STEPHEN = {"Saint-Étienne": "Saint-Étienne"}
_ABOLITION = {"Abolition de l'esclavage": "Abolition de l’esclavage"}


@dataclass(frozen=True, slots=True)
class HolidayRegion:
    """A part of France with legal holidays of its own: its label, its code in the library, the days it adds."""

    label: str
    subdivision: str | None
    own_days: dict[str, str]


# Code du travail: L3133-1 (eleven days), L3134-13 (Alsace-Moselle), L3422-2 (abolition of slavery).
# The Pacific has codes of its own.
_REGIONS: Mapping[str, HolidayRegion] = MappingProxyType(
    {
        "metropole": HolidayRegion("Métropole", None, {}),
        "alsace-moselle": HolidayRegion("Alsace-Moselle", "6AE", _GOOD_FRIDAY | _SAINT_STEPHEN),
        "alsace-moselle-sans-temple": HolidayRegion(
            "Alsace-Moselle, communes sans temple protestant", "6AE", _SAINT_STEPHEN
        ),
        "guadeloupe": HolidayRegion("Guadeloupe", "971", _ABOLITION),
        "martinique": HolidayRegion("Martinique", "972", _ABOLITION),
        "guyane": HolidayRegion("Guyane", "973", _ABOLITION),
        "reunion": HolidayRegion("La Réunion", "974", _ABOLITION),
        "mayotte": HolidayRegion("Mayotte", "976", _ABOLITION),
        "saint-pierre-et-miquelon": HolidayRegion("Saint-Pierre-et-Miquelon", "PM", {}),
        "saint-barthelemy": HolidayRegion("Saint-Barthélemy", "BL", _ABOLITION),
        "saint-martin": HolidayRegion("Saint-Martin", "MF", _ABOLITION),
        "wallis-et-futuna": HolidayRegion(
            "Wallis-et-Futuna",
            "WF",
            {
                "Saint Pierre Chanel": "Saint-Pierre-Chanel",
                "Saints Pierre et Paul": "Saints-Pierre-et-Paul",
                "Fête du Territoire": "Fête du Territoire",
            },
        ),
        "polynesie-francaise": HolidayRegion(
            "Polynésie française",
            "PF",
            _GOOD_FRIDAY | {"Arrivée de l'Évangile": "Arrivée de l’Évangile", "Matāri'i": "Matari’i"},
        ),
        "nouvelle-caledonie": HolidayRegion(
            "Nouvelle-Calédonie", "NC", {"Fête de la Citoyenneté": "Fête de la Citoyenneté"}
        ),
    }
)


def holiday_regions() -> dict[str, str]:
    """The closed list of holiday regions: code → French label."""
    return {code: region.label for code, region in _REGIONS.items()}


@lru_cache(maxsize=128)
def legal_holidays(year: int, region: str) -> Mapping[date, str]:
    """The legal holidays of a year, by date, each with its French name. Raises KeyError for an unknown region."""
    from holidays import country_holidays  # a heavy library that few requests need

    chosen = _REGIONS[region]
    shown = _NATIONAL_DAYS | chosen.own_days
    days = country_holidays("FR", subdiv=chosen.subdivision, years=year, language="fr")
    named = {day: [shown[name] for name in days.get_list(day) if name in shown] for day in sorted(days)}
    return MappingProxyType({day: " et ".join(names) for day, names in named.items() if names})


def holiday_name(day: date, region: str) -> str | None:
    """The name of the legal holiday that falls on a day, or None. Raises KeyError for an unknown region."""
    return legal_holidays(day.year, region).get(day)


# -- zones and local time ---------------------------------------------------------------------------------------------

_TIME_ZONES = {
    "Europe/Paris": "Métropole (heure de Paris)",
    "America/Guadeloupe": "Guadeloupe",
    "America/Martinique": "Martinique",
    "America/Cayenne": "Guyane",
    "Indian/Reunion": "La Réunion",
    "Indian/Mayotte": "Mayotte",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "Saint-Barthélemy",
    "America/Marigot": "Saint-Martin",
    "Pacific/Wallis": "Wallis-et-Futuna",
    "Pacific/Tahiti": "Polynésie française (Société, Tuamotu, Australes)",
    "Pacific/Marquesas": "Polynésie française (Marquises)",
    "Pacific/Gambier": "Polynésie française (Gambier)",
    "Pacific/Noumea": "Nouvelle-Calédonie",
}
_DEFAULTS = {
    "57": ("Europe/Paris", "alsace-moselle"),
    "67": ("Europe/Paris", "alsace-moselle"),
    "68": ("Europe/Paris", "alsace-moselle"),
    "971": ("America/Guadeloupe", "guadeloupe"),
    "972": ("America/Martinique", "martinique"),
    "973": ("America/Cayenne", "guyane"),
    "974": ("Indian/Reunion", "reunion"),
    "975": ("America/Miquelon", "saint-pierre-et-miquelon"),
    "976": ("Indian/Mayotte", "mayotte"),
    "977": ("America/St_Barthelemy", "saint-barthelemy"),
    "978": ("America/Marigot", "saint-martin"),
    "986": ("Pacific/Wallis", "wallis-et-futuna"),
    "987": ("Pacific/Tahiti", "polynesie-francaise"),
    "988": ("Pacific/Noumea", "nouvelle-caledonie"),
}
_MAINLAND = ("Europe/Paris", "metropole")


def time_zones() -> dict[str, str]:
    """The closed list of zones a CPTS may live in: IANA name → French label."""
    return dict(_TIME_ZONES)


def default_zone(department: str) -> str:
    """The zone to propose for a department code; Paris time when nothing else is known of it."""
    return _DEFAULTS.get(department, _MAINLAND)[0]


def default_holiday_region(department: str) -> str:
    """The holiday region to propose for a department code; the eleven national days when nothing more is known."""
    return _DEFAULTS.get(department, _MAINLAND)[1]


def local_instant(day: date, wall: time, zone: str) -> datetime:
    """The UTC instant of a local wall time on a day.

    In spring an hour that does not exist moves forward (2h30 becomes 3h30); in autumn, of the two, it is the first.
    Raises ValueError for a time that already has a zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall time has no zone")
    return datetime.combine(day, wall.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant as the clock on the wall shows it. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("An instant has a zone")
    return instant.astimezone(ZoneInfo(zone))


def day_of(instant: datetime, zone: str) -> date:
    """The local day an instant falls on. Raises ValueError for a naive one."""
    return local(instant, zone).date()


# -- daytime window ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DaytimeWindow:
    """The hours the CPTS answers for, as wall times: weekday (0 is Monday) → (opens, closes). Never on a legal holiday.

    Raises ValueError when a weekday is unknown or closes before it opens.
    """

    hours: Mapping[int, tuple[time, time]]

    def __post_init__(self) -> None:
        for weekday, (opens, closes) in self.hours.items():
            if weekday not in range(7) or closes <= opens:
                raise ValueError(f"Not hours of a weekday: {weekday}, {opens}, {closes}")
        object.__setattr__(self, "hours", MappingProxyType(dict(self.hours)))


# The hours of the SAS (§3.1). Saturday from 12 to 14 is in nobody's text: a CPTS that answers then says so in its own.
DEFAULT_WINDOW = DaytimeWindow(
    {**dict.fromkeys(range(5), (time(8), time(20))), 5: (time(8), time(12))},
)


def daytime_of(day: date, window: DaytimeWindow, zone: str, region: str) -> tuple[datetime, datetime] | None:
    """The (opening, closing) instants of a local day, or None: no hours that weekday, or a legal holiday."""
    hours = window.hours.get(day.weekday())
    if hours is None or holiday_name(day, region):
        return None
    opens, closes = (local_instant(day, wall, zone) for wall in hours)
    # Hours that the spring change swallows whole would close before they open.
    return (opens, closes) if opens < closes else None


def closes_at(instant: datetime, window: DaytimeWindow, zone: str, region: str) -> datetime | None:
    """When the daytime in progress ends (UTC), or None outside it. The closing instant itself is outside."""
    span = daytime_of(day_of(instant, zone), window, zone, region)
    return span[1] if span and span[0] <= instant < span[1] else None


def is_daytime(instant: datetime, window: DaytimeWindow, zone: str, region: str) -> bool:
    """Whether the CPTS answers at this instant; otherwise the PDSA does."""
    return closes_at(instant, window, zone, region) is not None


def next_opening(instant: datetime, window: DaytimeWindow, zone: str, region: str) -> datetime | None:
    """The first opening (UTC) strictly after an instant, or None for a window without hours."""
    today = day_of(instant, zone)
    days = (today + timedelta(days=ahead) for ahead in range(SEARCH_DAYS))
    spans = (daytime_of(day, window, zone, region) for day in days)
    return next((span[0] for span in spans if span and span[0] > instant), None)
