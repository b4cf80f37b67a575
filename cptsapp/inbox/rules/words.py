"""The words of closed lists, as screens, exports and mails write them."""

from types import MappingProxyType

from cptsapp.inbox.models import (
    Actor,
    Asker,
    BreakCause,
    Channel,
    Consent,
    Door,
    HomeVisit,
    Outcome,
    PartnerAnswer,
    Pathway,
    Reason,
    Recipient,
)

OUTCOMES = MappingProxyType(
    {
        Outcome.FOUND: "Médecin trouvé",
        Outcome.NOT_FOUND: "Pas trouvé",
        Outcome.UNREACHABLE: "Injoignable",
        Outcome.WITHDRAWN: "Retirée par la personne",
        Outcome.MOVED_OUTSIDE: "Partie hors du territoire",
        Outcome.DUPLICATE: "Doublon",
    }
)
DOORS = MappingProxyType({Door.CPTS: "CPTS", Door.MISAS: "MiSAS", Door.DAC: "DAC"})
ACTORS = MappingProxyType(
    {
        Actor.CPTS: "CPTS",
        Actor.MISAS: "MiSAS",
        Actor.DAC: "DAC",
        Actor.DOCTOR: "Médecin",
        Actor.PERSON: "Personne",
        Actor.CLOCK: "Automatique",
    }
)
CHANNELS = MappingProxyType(
    {Channel.WEB: "en ligne", Channel.PHONE: "téléphone", Channel.REFERRAL: "saisine d’un professionnel"}
)
ASKERS = MappingProxyType(
    {Asker.PERSON: "La personne", Asker.RELATIVE: "Un proche", Asker.PROFESSIONAL: "Un professionnel"}
)
REASONS = MappingProxyType(
    {
        Reason.RETIREMENT: "Médecin parti à la retraite ou qui a cessé",
        Reason.NEWCOMER: "Nouvel arrivant",
        Reason.TOO_FAR: "Médecin trop loin",
        Reason.NO_HOME_VISITS: "Médecin qui ne fait pas de visites",
        Reason.DISAGREEMENT: "Mésentente",
        Reason.DECEASED: "Médecin décédé",
        Reason.NEVER_HAD: "N’en a jamais eu",
        Reason.STUDENT: "Étudiant",
        Reason.DECLARATION_MISSING: "Suivi, mais jamais déclaré",
    }
)
HOME_VISITS = MappingProxyType(
    {
        HomeVisit.NO: "Non",
        HomeVisit.EXCEPTIONALLY: "Exceptionnellement",
        HomeVisit.EXCLUSIVELY: "Uniquement",
    }
)
RECIPIENTS = MappingProxyType({Recipient.DOCTORS: "médecins", Recipient.MISAS: "MiSAS", Recipient.DAC: "DAC"})
CONSENTS = MappingProxyType(
    {
        Consent.WEB: "en ligne",
        Consent.PHONE: "par téléphone",
        Consent.IN_PERSON: "de vive voix",
        Consent.PROFESSIONAL: "attesté par un professionnel",
    }
)
PARTNER_ANSWERS = MappingProxyType(
    {
        PartnerAnswer.FOUND: "Médecin trouvé",
        PartnerAnswer.NOT_FOUND: "Pas trouvé",
        PartnerAnswer.TOO_COMPLEX: "Trop complexe",
        PartnerAnswer.UNREACHABLE: "Injoignable",
        PartnerAnswer.REFUSED: "Pas d’accord",
        PartnerAnswer.CARE_BREAK: "Point de rupture",
    }
)
# As the DAC's observatory spells them (§4.5): its import reads these very words.
BREAK_CAUSES = MappingProxyType(
    {
        BreakCause.NO_REFERRING_PROFESSIONAL: "Absence de professionnel de santé référent",
        BreakCause.MEDICAL: "Rupture d'origine médicale / soignante",
        BreakCause.RIGHTS: "Difficultés d'accès aux droits sociaux",
        BreakCause.ISOLATION: "Isolement social / Absence d'aidant",
        BreakCause.REFUSED_BY_STRUCTURE: "Refus de prise en charge par une structure",
        BreakCause.COMMUNICATION: "Rupture de communication entre intervenants",
    }
)
PATHWAYS = MappingProxyType(
    {
        Pathway.MENTAL_HEALTH: "Santé mentale",
        Pathway.ELDERLY: "Personnes âgées",
        Pathway.DISABILITY: "Handicap",
        Pathway.ONCOLOGY: "Oncologie",
        Pathway.PAEDIATRICS: "Pédiatrie",
        Pathway.OTHER: "Autre",
    }
)
