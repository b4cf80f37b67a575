"""Practice mode (B54): its false doctors and slots, and how far its three exercises have come."""

from dataclasses import dataclass
from datetime import time

from cptsapp.snp.models import Modality

SURGERY, REMOTE, HOME = Modality.SURGERY, Modality.REMOTE, Modality.HOME


@dataclass(frozen=True, slots=True)
class FalseSlot:
    """A slot that does not exist: the day counts from today."""

    ahead: int
    at: time
    doctor: str
    commune: str
    address: str
    modality: Modality = SURGERY
    capacity: int = 1
    is_lost: bool = False


FALSE_SLOTS = (
    FalseSlot(0, time(14, 45), "Dr Delta", "Sainte-Foy", "2, rue de l’Exemple"),
    FalseSlot(0, time(15, 30), "Dr Bravo", "Talmont-Saint-Hilaire", "3, place de l’Essai"),
    FalseSlot(0, time(16, 15), "Dr Charlie", "Jard-sur-Mer", "8, rue du Modèle"),
    FalseSlot(0, time(16, 45), "Dr Lima", "L’Île-d’Olonne", "2, rue du Marais", HOME),
    FalseSlot(0, time(17), "Dr Alpha", "Talmont-Saint-Hilaire", "12, rue de la Répétition"),
    FalseSlot(0, time(17), "Dr Foxtrot", "Les Sables-d’Olonne", "40, cours du Brouillon", capacity=2),
    FalseSlot(0, time(18), "Dr Mike", "Saint-Gilles-Croix-de-Vie", "6, quai de l’Esquisse", REMOTE),
    FalseSlot(0, time(18, 15), "Dr Golf", "Les Sables-d’Olonne", "5, quai de l’Ébauche", is_lost=True),
    FalseSlot(1, time(8, 45), "Dr Bravo", "Talmont-Saint-Hilaire", "3, place de l’Essai"),
    FalseSlot(1, time(9), "Dr Écho", "Les Sables-d’Olonne", "9, rue du Croquis", capacity=2),
    FalseSlot(1, time(11, 30), "Dr Alpha", "Talmont-Saint-Hilaire", "12, rue de la Répétition"),
    FalseSlot(1, time(13, 30), "Dr Novembre", "Saint-Hilaire-de-Riez", "25, avenue du Test"),
    FalseSlot(1, time(16, 30), "Dr Oscar", "Coëx", "4, place de la Maquette"),
    FalseSlot(1, time(17), "Dr Foxtrot", "Les Sables-d’Olonne", "40, cours du Brouillon", capacity=4),
)
LOST = frozenset((s.ahead, s.at, s.doctor) for s in FALSE_SLOTS if s.is_lost)


@dataclass(frozen=True, slots=True)
class Progress:
    """Which exercises are done."""

    has_booked: bool
    has_oriented: bool
    has_lost: bool

    @property
    def states(self) -> tuple[str, str, str]:
        """The state of each exercise for the steps: done, now, todo."""
        done = (self.has_booked, self.has_oriented, self.has_lost)
        first = done.index(False) if False in done else -1
        return tuple("done" if d else "now" if i == first else "todo" for i, d in enumerate(done))  # type: ignore[return-value]

    @property
    def where(self) -> str:
        """Where one stands, in a sentence."""
        if not self.has_booked:
            return "Exercice 1 : ouvrez 17h00 chez le Dr Alpha, répondez à la question, tapez le nom, Entrée."
        if not self.has_oriented:
            return "Exercice 2 : ouvrez un créneau et cliquez « Adressé à son médecin traitant »."
        if not self.has_lost:
            return "Exercice 3 : réservez 18h15 chez le Dr Golf ; un autre poste sera plus rapide."
        return "Les trois exercices sont faits. Vous pouvez revenir aux vrais créneaux."
