"""What the regulation keeps of persons, told to the directory; nothing of it names them."""

from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.regulation.models import Broadcast, BroadcastRecipient, Orientation

KEEPER = Keeper(
    (
        Kept(Orientation.person_id, "orientation", "orientations"),
        Kept(Broadcast.taken_by_id, "diffusion prise", "diffusions prises"),
        Kept(BroadcastRecipient.person_id, "diffusion reçue", "diffusions reçues"),
    )
)
