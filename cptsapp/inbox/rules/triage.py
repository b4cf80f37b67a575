"""Reading a new request: what may be missing in it, a closed list whose words a mail may carry (no health detail)."""

from types import MappingProxyType

# Code → words, after « Il nous manque : ».
MISSING = MappingProxyType(
    {
        "phone": "un numéro de téléphone où vous joindre",
        "address": "votre adresse",
        "birth_date": "une date de naissance",
        "doctor": "le nom du médecin actuel",
        "agreement": "votre accord pour transmettre la demande",
        "household": "le nombre de personnes concernées",
        "other": "une précision, que nous vous demanderons au téléphone",
    }
)
