"""What the ways of speaking with a professional are called."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.directory.models import Channel

CHANNEL_LABELS: Mapping[Channel, str] = MappingProxyType(
    {Channel.CALL: "appel", Channel.MEETING: "rencontre", Channel.MAIL: "mail", Channel.ONLINE: "en ligne"}
)
