"""What may be posted: one slot or a plage as it was asked for, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cptsapp.core.french import NBSP, THIN, count, day_long, day_short, hour
from cptsapp.core.refusals import Refusal
from cptsapp.snp.models import SEATS_MAX, Condition, Modality
from cptsapp.territory.rules import DaytimeWindow, day_of, daytime_of, holiday_name, local, local_instant

DURATION_MIN = 5  # minutes a patient; the database holds the same bounds
DURATION_MAX = 240
LENGTH_MAX = 12 * 60  # minutes of a whole plage
AHEAD_DAYS = 366
NIGHT = (time(22), time(6))

Span = tuple[datetime, datetime]
Fault = tuple[str, str]  # the French sentence, and the field it stands under


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours the CPTS answers for, its zone and its holidays: what tells an odd hour from another."""

    window: DaytimeWindow
    zone: str
    region: str

    def span(self, day: date) -> Span | None:
        """The opening and closing instants of a day, or None."""
        return daytime_of(day, self.window, self.zone, self.region)

    def today(self, now: datetime) -> date:
        """The local day of an instant."""
        return day_of(now, self.zone)


@dataclass(frozen=True, slots=True)
class Draft:
    """A slot as it was asked for, in local wall time; `minutes` is the length of the whole, for all its patients."""

    practice_id: int
    modality: Modality
    conditions: tuple[str, ...]
    day: date
    opens: time
    minutes: int
    capacity: int

    @property
    def duration(self) -> int:
        """Whole minutes a patient."""
        return self.minutes // self.capacity

    @property
    def packed(self) -> str:
        """The draft as one word of an address, for the page that repeats it; `unpack` reads it back."""
        conditions = ".".join(self.conditions)
        parts = (self.practice_id, self.modality.value, self.day, f"{self.opens:%H%M}", self.minutes, self.capacity)
        return "~".join([*map(str, parts), conditions])

    def on(self, day: date) -> "Draft":
        """The same at the same wall time of another day."""
        return replace(self, day=day)

    def span(self, zone: str) -> Span:
        """When it begins and ends (UTC)."""
        starts_at = local_instant(self.day, self.opens, zone)
        return starts_at, starts_at + timedelta(minutes=self.minutes)

    def seat_times(self, zone: str) -> list[datetime]:
        """When each patient is expected (UTC), one after another, evenly."""
        starts_at, _ = self.span(zone)
        return [starts_at + timedelta(minutes=self.duration * rank) for rank in range(self.capacity)]


def unpack(text: str) -> Draft:
    """The draft of a packed word. Raises ValueError for anything else."""
    practice, letter, day, opens, minutes, capacity, conditions = text[:200].split("~")
    if not (1 <= int(minutes[:5]) <= LENGTH_MAX and 1 <= int(capacity[:5]) <= SEATS_MAX):
        raise ValueError("not a length or a number of patients")
    return Draft(
        int(practice[:9]),
        Modality(letter),
        tuple(Condition(code).value for code in conditions.split(".") if code),
        date.fromisoformat(day),
        time(int(opens[:2]), int(opens[2:4])),
        int(minutes[:5]),
        int(capacity[:5]),
    )


class ToConfirm(Refusal):
    """The hour is odd: said once, in amber; the same again with this `key` passes."""

    def __init__(self, sentences: Sequence[str], key: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)
        self.key = key


class Outdated(Refusal):
    """What was announced is no longer what would happen: the panel is shown again, nothing has been done."""

    def __init__(self) -> None:
        super().__init__("Voici ce qui va se passer : vérifiez, puis confirmez.")


def minutes_between(opens: time, closes: time) -> int:
    """Minutes from one wall time to another of the same day; negative when it ends before it begins."""
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def exists(day: date, wall: time, zone: str) -> bool:
    """Whether the clock on the wall shows this time that day: in spring an hour is skipped."""
    return local(local_instant(day, wall, zone), zone).replace(tzinfo=None) == datetime.combine(day, wall)


def is_twice(day: date, wall: time, zone: str) -> bool:
    """Whether the clock shows this time twice that day: in autumn an hour comes back."""
    first, second = (datetime.combine(day, wall.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1))
    return exists(day, wall, zone) and first.astimezone(UTC) < second.astimezone(UTC)


def overlap(one: Span, other: Span) -> bool:
    """Whether two half-open spans share an instant: one that ends at 17h00 leaves 17h00 free."""
    return one[0] < other[1] and other[0] < one[1]


def fault(draft: Draft, now: datetime, zone: str) -> Fault | None:
    """Why a draft may not be posted at all, in red, or None."""
    return shape_fault(draft.minutes, draft.capacity) or moment_fault(draft, now, zone)


def shape_fault(minutes: int, capacity: int) -> Fault | None:
    """What is wrong with the number of patients or the length (minutes of the whole)."""
    if not 1 <= capacity <= SEATS_MAX:
        return f"De 1 à {SEATS_MAX} patients.", "capacity"
    if minutes <= 0:
        return "La fin est avant le début.", "closes"
    if minutes > LENGTH_MAX:
        return "Au plus 12 heures d’affilée.", "closes"
    return _duration_fault(minutes // capacity, capacity)


def _duration_fault(duration: int, capacity: int) -> Fault | None:
    field = "capacity" if capacity > 1 else "duration"
    if duration < DURATION_MIN:
        return f"Il faut au moins {DURATION_MIN}{NBSP}minutes par patient.", field
    if duration > DURATION_MAX:
        return "C’est trop long : au plus 4 heures par patient.", field
    return None


def moment_fault(draft: Draft, now: datetime, zone: str) -> Fault | None:
    """What is wrong with the moment: past, too far ahead, or skipped by the change of hour."""
    if draft.day > day_of(now, zone) + timedelta(days=AHEAD_DAYS):
        return "Au plus un an à l’avance.", "when"
    if draft.day < day_of(now, zone) or draft.span(zone)[0] <= now:
        return f"Cette heure est passée : il est {hour(local(now, zone))}.", "when"
    if not exists(draft.day, draft.opens, zone):
        return f"{hour(draft.opens)} n’existe pas le {day_long(draft.day)} : l’heure d’été commence.", "when"
    return None


def oddities(draft: Draft, hours: Hours) -> list[str]:
    """What is said once, in amber, about the hour: holiday, night, outside the daytime, an hour that comes twice."""
    holiday = holiday_name(draft.day, hours.region)
    if holiday:
        found = [f"Le {day_long(draft.day)} est férié ({holiday}) : la régulation de jour ne répond pas."]
    elif is_night(draft):
        found = [f"{hour(draft.opens)}, c’est la nuit : est-ce bien l’heure voulue{THIN}?"]
    elif not is_inside(draft, hours):
        found = [f"{_when(draft)} est en dehors des heures de la CPTS ({window_words(hours, draft.day)})."]
    else:
        found = []
    if is_twice(draft.day, draft.opens, hours.zone):
        found.append(f"Il y a deux fois {hour(draft.opens)} cette nuit-là : la première est retenue.")
    if shifted := shifted_end(draft, hours.zone):
        found.append(f"L’heure change entre-temps : la plage finira à {hour(shifted)}.")
    return found


def shifted_end(draft: Draft, zone: str) -> datetime | None:
    """When it ends by the clock on the wall, if a change of hour makes that another time than the one typed."""
    starts_at, ends_at = (local(moment, zone).replace(tzinfo=None) for moment in draft.span(zone))
    return ends_at if ends_at - starts_at != timedelta(minutes=draft.minutes) else None


def is_night(draft: Draft) -> bool:
    """Whether it begins at night, by the clock on the wall."""
    return draft.opens >= NIGHT[0] or draft.opens < NIGHT[1]


def is_inside(draft: Draft, hours: Hours) -> bool:
    """Whether the whole of it falls within the daytime window."""
    window = hours.span(draft.day)
    starts_at, ends_at = draft.span(hours.zone)
    return window is not None and window[0] <= starts_at and ends_at <= window[1]


def _when(draft: Draft) -> str:
    return f"{day_short(draft.day).capitalize()} à {hour(draft.opens)}"


def window_words(hours: Hours, day: date) -> str:
    """The window of a weekday in words: "de 8h00 à 12h00", or "pas de permanence de jour"."""
    found = hours.window.hours.get(day.weekday())
    return f"de {hour(found[0])} à {hour(found[1])}" if found else "rien ce jour de la semaine"


def confirm_key(draft: Draft, sentences: Sequence[str]) -> str:
    """What the second submit must carry: it holds for these warnings at this hour only."""
    return f"{draft.day.isoformat()}T{draft.opens:%H%M}+{draft.minutes}/{len(sentences)}" if sentences else ""


def refuse_fault(found: Fault | None) -> None:
    """Raise Refusal with the fault's sentence and field, or do nothing."""
    if found is not None:
        raise Refusal(found[0], found[1])


def first_overlap(span: Span, taken: Sequence[Span]) -> Span | None:
    """The first of the taken spans that shares an instant with this one."""
    return next((other for other in taken if overlap(span, other)), None)


def overlap_sentence(starts: datetime, ends: datetime, capacity: int) -> str:
    """The red sentence that names the slot in the way; its hours are local."""
    what = f"une plage de {count(capacity, 'patient')}" if capacity > 1 else "un créneau"
    return f"Vous avez déjà {what} de {hour(starts)} à {hour(ends)} ce jour-là."


def ask(draft: Draft, sentences: Sequence[str], confirmed: str) -> None:
    """Raise ToConfirm unless there is nothing to say or it has been said and confirmed."""
    key = confirm_key(draft, sentences)
    if key and key != confirmed:
        raise ToConfirm(sentences, key)
