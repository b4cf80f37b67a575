"""Whom a plan is about: the request's seeker, or sealed in the plan. Nothing here is logged nor put in an exception."""

from cptsapp.care_plans.models import CarePlan
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.core.text import fold
from cptsapp.inbox.models import Seeker
from cptsapp.inbox.patients import Identity, open_identity, read_seeker, read_text, refuse_nir, seal_identity

ANONYMISED = "anonymisé"
NAMED = "N’écrivez ici ni le nom ni le téléphone de la personne\u202f: ces mots-là ne sont pas scellés."


def seal_person(plan: CarePlan, who: Identity, phone: str = "") -> None:
    """Write an identity in a plan opened alone; its `seal_id` must be set. Raises Refusal for what looks like a NIR."""
    refuse_nir(who.last_name, who.first_name, phone)
    plan.name, plan.birth_date = seal_identity(who, plan.seal_id)
    plan.phone = ring().seal(phone, plan.seal_id, "phone") if phone else None


def read_person(plan: CarePlan) -> Identity | None:
    """Whom the plan is about; None once anonymised, here or in the request. The caller records the reading."""
    if plan.seeker_id is not None:
        return read_seeker(session.get_one(Seeker, plan.seeker_id))
    return open_identity(plan.seal_id, plan.name, plan.birth_date)


def shown(who: Identity | None) -> str:
    """What pages show: initials and birth year, « M. B., 1938 »."""
    return f"{who.initials}, {who.birth_date.year}" if who is not None else ANONYMISED


def title(plan: CarePlan) -> str:
    """« PPCS 2026-017 »."""
    return f"PPCS {plan.year}-{plan.number:03d}"


def url_of(plan: CarePlan) -> str:
    """The address of a plan's page; a path, for the layers that have no Flask."""
    return f"/ppcs/{plan.year}-{plan.number}"


def names_person(plan: CarePlan, words: str) -> bool:
    """Whether a text that is to be kept in clear holds the last name of the plan's person, or their telephone."""
    who = read_person(plan)
    if who is None:
        return False
    phone = read_text(plan.phone, plan.seal_id, "phone")[-9:]
    digits = "".join(sign for sign in words if sign.isdigit())
    return set(fold(words).split()).issuperset(fold(who.last_name).split()) or bool(phone and phone in digits)
