"""Which files are taken, what they are called when they are given back, and the sentences that refuse the others."""

import re
import unicodedata
from types import MappingProxyType
from typing import Final

MAX_BYTES: Final = 25 * 1024 * 1024
NAME_LENGTH: Final = 120

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT: Final = "application/vnd.oasis.opendocument.text"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"

# The first ending is the one a file is given when its name has none of them.
ENDINGS = MappingProxyType(
    {
        PDF: ("pdf",),
        DOCX: ("docx",),
        XLSX: ("xlsx",),
        ODT: ("odt",),
        ODS: ("ods",),
        PNG: ("png",),
        JPEG: ("jpg", "jpeg"),
    }
)
# What an input of a file offers first; what is taken is decided by the content.
ACCEPT = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)

KINDS = "PDF, Word, Excel, LibreOffice ou image (PNG, JPEG), 25\u00a0Mo au plus."
EMPTY = "Ce fichier est vide."
TOO_LARGE = "Ce fichier dépasse 25\u00a0Mo\u202f: enregistrez-le en PDF plus léger, ou ne joignez que les pages utiles."
UNKNOWN = "Ce fichier n’est ni un PDF, ni un document Word, Excel ou LibreOffice, ni une image PNG ou JPEG."
OLD_OFFICE = "Ce document est d’un ancien format ou protégé par un mot de passe\u202f: enregistrez-le en PDF."
MACROS = "Ce document contient des macros\u202f: enregistrez-le en PDF, ou sans macros."
EMBEDDED = "Ce document contient un objet incorporé\u202f: enregistrez-le en PDF."
HEAVY = "Ce document est trop lourd une fois ouvert\u202f: enregistrez-le en PDF."
LOCKED = "Ce document est protégé par un mot de passe\u202f: enregistrez-le sans mot de passe."
SPOILED = "Ce fichier est abîmé ou incomplet\u202f: ouvrez-le, enregistrez-le de nouveau, puis joignez-le."
TWO_IN_ONE = "Ce fichier en cache un autre\u202f: enregistrez-le de nouveau, puis joignez-le."
NIR_NAMED = (
    "Le nom de ce fichier ressemble à un numéro de sécurité sociale\u202f: renommez-le, puis joignez-le de nouveau."
)
NO_ROOM = "Il n’y a plus assez de place sur le disque du serveur\u202f: prévenez la personne qui l’administre."

_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
_REFUSED_BY_SYSTEMS = re.compile(r'[<>:"|?*]+')


def safe_name(name: str, media_type: str) -> str:
    """The name a file is kept and given back under: no folder, no sign that hides its ending, the ending it deserves.

    `media_type` is what its content says; « facture.exe » that is a PDF becomes « facture.exe.pdf ».
    """
    bare = _REFUSED_BY_SYSTEMS.sub("-", _FOLDERS.sub("", name))
    # Controls, and the marks that make « gpj.exe » read backwards.
    shown = "".join(
        " " if unicodedata.category(sign)[0] == "C" else sign for sign in unicodedata.normalize("NFC", bare)
    )
    tidy = " ".join(shown.split())
    endings = ENDINGS[media_type]
    stem, dot, ending = tidy.rpartition(".")
    if not dot or ending.lower() not in endings:
        stem, ending = tidy, endings[0]
    return f"{stem[: NAME_LENGTH - len(ending) - 1].strip('. ') or 'document'}.{ending.lower()}"
