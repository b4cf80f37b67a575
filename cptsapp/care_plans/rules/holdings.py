"""The words of what a plan holds, as its person reads them."""

from types import MappingProxyType

from cptsapp.care_plans.models import Consent, DocumentKind, MeetingKind, MemberRole

ROLES = MappingProxyType(
    {
        MemberRole.REGULAR_DOCTOR: "médecin traitant",
        MemberRole.LEAD: "référent",
        MemberRole.PROFESSIONAL: "professionnel",
        MemberRole.STRUCTURE: "structure",
        MemberRole.RELATIVE: "proche",
    }
)
CONSENTS = MappingProxyType(
    {
        Consent.PHONE: "au téléphone",
        Consent.IN_PERSON: "de vive voix",
        Consent.WRITTEN: "par écrit",
        Consent.PROFESSIONAL: "par un professionnel",
    }
)
MEETINGS = MappingProxyType(
    {
        MeetingKind.FIRST: "première réunion",
        MeetingKind.REVIEW_6: "bilan des 6 mois",
        MeetingKind.REVIEW_12: "bilan d’un an",
        MeetingKind.EXTRA: "réunion",
    }
)
DOCUMENTS = MappingProxyType(
    {
        DocumentKind.PRESCRIPTION: "ordonnance",
        DocumentKind.CERTIFICATE: "certificat",
        DocumentKind.REPORT: "compte rendu",
        DocumentKind.FORM: "formulaire",
        DocumentKind.OTHER: "autre document",
    }
)
