"""What an outcome leads to, whose turn it is, what outcomes and standings are called (B92). Pure."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from types import MappingProxyType
from typing import Protocol

from cptsapp.outreach.models import CallOutcome, TargetState
from cptsapp.territory.rules import DEFAULT_WINDOW, DaytimeWindow, day_of, holiday_name, local_instant

CLAIM = timedelta(minutes=15)  # how long a person is kept for whoever was handed them
SKIPPED = timedelta(minutes=15)  # when someone passed over comes back
ATTEMPTS = 5  # calls without an answer, then another way must be found
RETRY_AT = (time(9), time(11), time(14), time(17))  # a call not answered comes back at another hour than the last
CALL_BACK_DAYS = 120  # how far ahead one may promise to call again
NOTE_MAX = 300
WORKING_WEEKDAYS = range(5)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

C = CallOutcome


class Standing(enum.StrEnum):
    """Where a person of a campaign stands now; the words are those of addresses."""

    TO_CALL = "a-appeler"
    LATER = "plus-tard"
    DONE = "faits"
    NO_PHONE = "sans-numero"
    OUT = "sortis"


class Aside(enum.StrEnum):
    """Why someone who matches is not called; in the order in which the reasons are looked for."""

    DO_NOT_CALL = "do_not_call"
    MEMBER = "member"
    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Words:
    """What an outcome is called on its button and in a list, and what it means in the results."""

    slug: str  # in addresses
    label: str
    hint: str
    said: str
    definition: str


# In the order of the buttons: their keys are 1 to 8.
OUTCOMES: Mapping[CallOutcome, Words] = MappingProxyType(
    {
        C.NO_ANSWER: Words(
            "sans-reponse",
            "Pas de réponse",
            "on rappellera",
            "sans réponse",
            "Personne n’a décroché au dernier appel. La personne revient le jour ouvré suivant à 9h00, puis à d’autres "
            "heures\u202f; après cinq appels elle est à relancer autrement.",
        ),
        C.CALL_BACK: Words(
            "a-rappeler",
            "À rappeler…",
            "un jour, une heure",
            "à rappeler",
            "La personne a demandé qu’on la rappelle à un moment dit.",
        ),
        C.INFORMED: Words(
            "informes", "Informé", "sans plus", "informé", "Le projet a été présenté\u202f; rien d’autre n’est attendu."
        ),
        C.INTERESTED: Words(
            "interesses",
            "Intéressé",
            "envoyer la plaquette",
            "intéressé",
            "La personne veut en savoir plus\u202f: une présentation part par mail quand son adresse est connue.",
        ),
        C.WISHES_TO_JOIN: Words(
            "veulent-adherer",
            "Veut adhérer",
            "ouvre la demande remplie",
            "veut adhérer",
            "La personne a dit vouloir adhérer. Elle devient adhérente quand sa demande est approuvée.",
        ),
        C.REFUSES: Words(
            "refusent",
            "Refuse",
            "pas cette année",
            "refuse",
            "Non pour cette année\u202f: aucune campagne ne l’appelle avant janvier.",
        ),
        C.DO_NOT_CONTACT: Words(
            "ne-plus-appeler",
            "Ne plus appeler",
            "pour toujours",
            "ne plus appeler",
            "La personne ne veut plus être appelée\u202f: aucune campagne ne le fera.",
        ),
        C.WRONG_NUMBER: Words(
            "mauvais-numero",
            "Mauvais numéro",
            "fiche à corriger",
            "mauvais numéro",
            "Le numéro n’est pas le sien. Une fois la fiche corrigée, remettez la personne dans la liste.",
        ),
    }
)
STANDING_LABELS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.TO_CALL: "à appeler",
        Standing.LATER: "à rappeler plus tard",
        Standing.DONE: "appel fini",
        Standing.NO_PHONE: "sans numéro",
        Standing.OUT: "sorti de la liste",
    }
)
ASIDE_LABELS: Mapping[Aside, str] = MappingProxyType(
    {
        Aside.MEMBER: "adhérent",
        Aside.APPLIED: "a demandé à adhérer",
        Aside.DO_NOT_CALL: "ne veut plus être appelé",
        Aside.REFUSED: "a refusé cette année",
    }
)
# Somebody was spoken to.
REACHED = frozenset(OUTCOMES) - {C.NO_ANSWER, C.WRONG_NUMBER}


@dataclass(frozen=True, slots=True)
class Hours:
    """When the CPTS works: its daytime, its zone, the region of its holidays."""

    window: DaytimeWindow
    zone: str
    region: str


class Made(Protocol):
    """A call and how it ended."""

    @property
    def outcome(self) -> CallOutcome: ...
    @property
    def called_at(self) -> datetime: ...
    @property
    def call_back_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next for a person: still to call (at once when `due_at` is None, else from that instant) or done."""

    state: TargetState
    due_at: datetime | None


def after(calls: Sequence[Made], hours: Hours) -> Next:
    """What comes after these calls of one person, oldest first, none of them undone."""
    if not calls:
        return Next(TargetState.TO_CALL, None)
    last = calls[-1]
    if last.outcome is C.CALL_BACK:
        return Next(TargetState.TO_CALL, last.call_back_at)
    if last.outcome is not C.NO_ANSWER:
        return Next(TargetState.DONE, None)
    unanswered = sum(call.outcome is C.NO_ANSWER for call in calls)
    if unanswered >= ATTEMPTS:
        return Next(TargetState.DONE, None)
    return Next(TargetState.TO_CALL, retry_at(last.called_at, unanswered, hours))


def retry_at(called_at: datetime, unanswered: int, hours: Hours) -> datetime:
    """When someone who did not answer is called again (UTC): the next working day, each time at another hour.

    `unanswered` counts the calls without an answer, this one included. Raises ValueError below one.
    """
    if unanswered < 1:
        raise ValueError("Nobody who answered is called again for not answering")
    day = next_working_day(day_of(called_at, hours.zone), hours)
    opens, closes = _open_hours(hours)[day.weekday()]
    wanted = RETRY_AT[min(unanswered, len(RETRY_AT)) - 1]
    return local_instant(day, wanted if opens <= wanted < closes else opens, hours.zone)


def next_working_day(day: date, hours: Hours) -> date:
    """The first day after this one, Monday to Friday and no holiday, on which the CPTS has opening hours."""
    kept = _open_hours(hours)
    days = (day + timedelta(days=ahead) for ahead in count(1))
    return next(d for d in days if d.weekday() in kept and holiday_name(d, hours.region) is None)


def _open_hours(hours: Hours) -> dict[int, tuple[time, time]]:
    """Opening hours by working weekday; those of the SAS where the CPTS has set none."""
    own = {weekday: span for weekday, span in hours.window.hours.items() if weekday in WORKING_WEEKDAYS}
    return own or {weekday: DEFAULT_WINDOW.hours[weekday] for weekday in WORKING_WEEKDAYS}


def why_not_call_back(at: datetime, now: datetime, ends_on: date | None, zone: str) -> str | None:
    """The French reason why one may not promise to call at this instant, or None."""
    if at <= now:
        return "Ce moment est passé\u202f: choisissez-en un qui vient."
    if ends_on is not None and day_of(at, zone) > ends_on:
        return "La campagne sera finie ce jour-là\u202f: choisissez un jour plus proche."
    if at - now > timedelta(days=CALL_BACK_DAYS):
        return "C’est dans plus de quatre mois\u202f: choisissez un jour plus proche."
    return None


def standing(
    state: TargetState, due_at: datetime | None, now: datetime, *, is_listed: bool, has_phone: bool
) -> Standing:
    """Where a person stands; `is_listed` says whether the campaign still holds them today."""
    if state is TargetState.DONE:
        return Standing.DONE
    if state is TargetState.REMOVED or not is_listed:
        return Standing.OUT
    if not has_phone:
        return Standing.NO_PHONE
    return Standing.LATER if due_at is not None and due_at > now else Standing.TO_CALL


def turn(last_outcome: CallOutcome | None, due_at: datetime | None, rank: int) -> tuple[bool, datetime, int]:
    """The order in which people are handed out: promised calls, then who was never called, then who did not answer."""
    return last_outcome is not C.CALL_BACK, due_at or _NEVER, rank


def default_opening(cpts: str) -> str:
    """What a caller says first; `{appelant}` stands for their name."""
    return (
        f"«\u00a0Bonjour, {{appelant}}, de la {cpts}. Nous appelons un à un les professionnels du territoire pour nous "
        "présenter. Avez-vous deux minutes\u202f?\u00a0»"
    )


CALLER = "{appelant}"
DEFAULT_ANSWERS = "\n".join(
    (
        "À quoi sert une CPTS\u202f? À se connaître, à organiser ensemble les soins non programmés, la prévention et "
        "les parcours. Chacun garde sa patientèle et son exercice.",
        "Combien de temps cela prend-il\u202f? Autant que vous voulez\u00a0: être informé suffit pour commencer.",
        "Combien cela coûte-t-il\u202f? La coordination vous le dit avant toute adhésion.",
        "Comment adhérer\u202f? Nous remplissons la demande avec vous\u202f; le bureau l’approuve.",
    )
)
