"""What must be there before a circle is engaged (A67), pure; and what is missing, in the words of the page."""

from collections.abc import Collection, Sequence

from cptsapp.care_plans.models import CircleMember, MemberRole

NO_LEAD = "Nommez le référent du plan."
NO_DOCTOR = "Ajoutez le médecin traitant au cercle."


def missing(members: Sequence[CircleMember], agreed: Collection[int]) -> list[str]:
    """What is missing to engage the circle, in order; `agreed`: the members the person agrees to."""
    lead = next((member for member in members if member.is_lead), None)
    doctor = next((member for member in members if member.role is MemberRole.REGULAR_DOCTOR), None)
    wanted = ((lead, NO_LEAD, "le référent"), (doctor, NO_DOCTOR, "le médecin traitant"))
    return [sentence for member, absent, role in wanted for sentence in _about(member, absent, role, agreed)]


def _about(member: CircleMember | None, absent: str, role: str, agreed: Collection[int]) -> list[str]:
    if member is None:
        return [absent]
    if member.declined_at is not None:
        return [f"{role[:1].upper()}{role[1:]} a décliné\u202f: nommez quelqu’un d’autre."]
    return [] if member.id in agreed else [f"Recueillez l’accord de la personne pour {role}."]


def why_not_engage(members: Sequence[CircleMember], agreed: Collection[int]) -> str | None:
    """Why the circle may not be engaged yet, or None."""
    lacks = missing(members, agreed)
    return lacks[0] if lacks else None
