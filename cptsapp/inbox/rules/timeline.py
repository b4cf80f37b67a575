"""The sentence of each kind of step, for who reads the file; a table, and what a step's values add to it.

`{doctor}` is the doctor's name, `{who}` whoever did it; a kind without an entry cannot be written (tests).
"""

from types import MappingProxyType

SENTENCES = MappingProxyType(
    {
        "request.received": "Demande reçue",
        "request.ask_more": "Une information manque",
        "request.accept": "Demande complète",
        "request.propose": "Proposée au {doctor}",
        "request.resume": "Recherche reprise",
        "request.offer_choice": "Le {doctor} accepte d’être contacté",
        "request.choose": "La personne a un rendez-vous avec le {doctor}",
        "request.find": "Médecin trouvé",
        "request.refer_misas": "Passée à la MiSAS",
        "request.refer_dac": "Passée au DAC",
        "request.partner_find": "Médecin trouvé par le partenaire",
        "request.partner_return": "Rendue par le partenaire",
        "request.hand_to_dac": "Passée de la MiSAS au DAC",
        "request.report_break": "Point de rupture documenté",
        "request.declare": "Déclaration de médecin traitant faite",
        "request.search_again": "Déclaration non faite, recherche reprise",
        "request.withdraw": "Demande retirée",
        "request.close": "Demande close",
        "request.merge": "Réunie avec une autre demande",
        "request.reopen": "Demande rouverte",
    }
)
