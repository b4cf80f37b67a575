"""Making two files one: which is kept, why it may not be, what is said of what moved."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cptsapp.core import french
from cptsapp.inbox.models import Channel, Door, Recipient, Request, State
from cptsapp.inbox.rules.states import RECIPIENT_LABELS, STATE_LABELS

# A file with doctors or a partner at work on it is the one kept: nobody is asked again, nobody is forgotten.
MERGEABLE = (State.RECEIVED, State.TO_COMPLETE, State.SEARCHING)

SAME_FILE = "C’est la même demande."
ANONYMISED = "Une demande anonymisée ne se réunit pas."
ALREADY = "Cette demande est déjà réunie avec une autre."
CLOSED = "La demande {} est close\u202f: rouvrez-la d’abord, ou laissez-la."
BUSY = "La demande {} est « {} »\u202f: terminez d’abord ce qui y est en cours."
SUSPECT = "La demande {} est parmi les douteuses\u202f: dites d’abord qu’elle est vraie."
NOT_AGREED = (
    "Une personne du foyer n’a pas donné son accord pour {}, qui suit cette demande\u202f: recueillez-le d’abord."
)
DISAGREED = "L’accord pour {} n’est pas le même dans les deux demandes\u202f: notez d’abord le même dans les deux."

UNDONE = "Cette réunion a déjà été défaite."
FURTHER = "La demande {} a été réunie à son tour avec une autre\u202f: défaites d’abord cette réunion-là."
ENGAGED = "Une personne venue de {} a depuis une issue, ou un médecin proposé\u202f: la réunion ne se défait plus."


def which_kept(one: Request, other: Request) -> tuple[Request, Request]:
    """The file that stays and the one that joins it: the one at work stays, else the first received."""
    first, second = sorted((one, other), key=lambda request: (request.received_at, request.id))
    is_second_busy = second.state not in MERGEABLE and second.state is not State.CLOSED
    is_first_free = first.state in MERGEABLE or first.state is State.CLOSED
    return (second, first) if is_second_busy and is_first_free else (first, second)


def why_not_merge(kept: Request, merged: Request) -> str | None:
    """Why the second may not join the first now, or None."""
    if kept.id == merged.id:
        return SAME_FILE
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        return ALREADY
    if kept.anonymised_at is not None or merged.anonymised_at is not None:
        return ANONYMISED
    for request in (kept, merged):
        if request.suspected_at is not None:
            return SUSPECT.format(request.reference)
        if request.state is State.CLOSED:
            return CLOSED.format(request.reference)
    if merged.state not in MERGEABLE:
        return BUSY.format(merged.reference, STATE_LABELS[merged.state])
    return None


def why_not_move_to(followed_by: Collection[Recipient], agreed: Collection[Recipient]) -> str | None:
    """Why those who change file may not: a partner who reads the file kept was not agreed to (§6.3)."""
    missing = [recipient for recipient in Recipient if recipient in followed_by and recipient not in agreed]
    return NOT_AGREED.format(RECIPIENT_LABELS[missing[0]]) if missing else None


def source_of(door: Door, channel: Channel) -> str:
    """« par la MiSAS », « en ligne », « par téléphone »: how a file came, beside another."""
    return {Door.MISAS: "par la MiSAS", Door.DAC: "par le DAC"}.get(door, _CHANNELS[channel])


_CHANNELS = MappingProxyType(
    {Channel.WEB: "en ligne", Channel.PHONE: "par téléphone", Channel.REFERRAL: "par un professionnel"}
)


# -- what moved, in words ---------------------------------------------------------------------------------------------

# Key of `RequestMerge.moved` → singular, plural; in the order they are said.
MOVED = MappingProxyType(
    {
        "seekers": ("personne", "personnes"),
        "steps": ("étape", "étapes"),
        "agreements": ("accord", "accords"),
        "links": ("lien privé", "liens privés"),
        "labels": ("étiquette", "étiquettes"),
        "rights": ("droit demandé", "droits demandés"),
        "questions": ("question d’un partenaire", "questions de partenaires"),
        "proposals": ("médecin sollicité", "médecins sollicités"),
    }
)


def told(moved: Mapping[str, Any]) -> str:
    """« 1 personne reconnue, 4 étapes, 2 accords »: what a merge moved, counted."""
    same = len(moved.get("same", ()))
    parts = [french.count(same, "personne reconnue", "personnes reconnues")] if same else []
    parts += [
        french.count(len(rows), *words) + (" ajoutée" + "s" * (len(rows) > 1) if key == "seekers" else "")
        for key, words in MOVED.items()
        if (rows := _rows(moved, key))
    ]
    return ", ".join(parts)


def _rows(moved: Mapping[str, Any], key: str) -> Sequence[Any]:
    return moved.get(key) or ()
