"""In which commune of the territory an address is, from a code, a postcode and labels that may lack or disagree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cptsapp.core.french import count
from cptsapp.core.text import fold
from cptsapp.imports.rules.columns import DATA
from cptsapp.territory import national
from cptsapp.territory.national import NationalCommune

_CEDEX = re.compile(r"\bcedex\b.*$")
# « PARIS CEDEX 08 » tells the arrondissement.
_CITIES = {"75056": "paris", "69123": "lyon", "13055": "marseille"}
_RANKED = re.compile(r"\b(paris|lyon|marseille) cedex 0*(\d{1,2})$")
_POSTCODE = re.compile(r"^\D{0,3}(\d{5})\b")
_LONG = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "x": "croix"}
# « Saint-Gilles-Croix-de-Vie » is also written « ST GILLES CROIX VIE », « L’Île-d’Olonne » « ILE D OLONNE ».
_SMALL = frozenset({"l", "le", "la", "les", "d", "de", "du", "des", "sur", "sous", "en", "aux", "au", "a", "et", "lez"})


@dataclass(frozen=True, slots=True)
class Found:
    """What an address says: the code of a commune of the territory, or a doubt between several, or neither: outside."""

    code: str | None = None
    doubt: str | None = None
    communes: tuple[str, ...] = ()


OUTSIDE = Found()
DISAGREE = "Code postal et commune ne vont pas ensemble"


def spelled(label: str) -> str:
    """A commune's label made comparable: no postcode before it, no CEDEX after it, ST written whole, no small words."""
    words = (_LONG.get(word, word) for word in _CEDEX.sub("", _RANKED.sub(r"\1 \2", fold(label))).split())
    kept = [word for word in words if word not in _SMALL]
    return " ".join(kept[1:] if len(kept) > 1 and len(kept[0]) == 5 and kept[0].isdigit() else kept)


@lru_cache(maxsize=1)
def _former() -> dict[str, tuple[str, str]]:
    """Former code → (present code, former name)."""
    lines = (DATA / "former_communes.tsv").read_text(encoding="utf-8").splitlines()
    return {code: (became, name) for code, became, name in (line.split("\t") for line in lines)}


def known_code(code: str) -> bool:
    """Whether a code is or was that of a commune."""
    return national.commune(code) is not None or code in _former()


class Territory:
    """The communes one keeps, and how to tell whether an address is in one of them.

    A commune code decides when it is known. Else the postcode and the label; then the label of the postal office. A
    CEDEX postcode matches no commune: its department and its label decide. Paris, Lyon and Marseille may be given
    whole, by the city's own code, or by arrondissements.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(code.strip().upper() for code in codes if code.strip())
        self._own = [found for code in sorted(self.codes) if (found := national.commune(code))]
        self.unknown = tuple(sorted(code for code in self.codes if not known_code(code)))
        self._mapped = self._map()
        # A city of which arrondissements alone are ours: its own code does not tell which one.
        self._untold = {commune.parent_code for commune in self._own} - self._mapped.keys()
        # A cheap first look: the first two figures of the postcodes an address of ours may have.
        self.prefixes = frozenset(area[:2] for commune in self._own for area in _areas(commune))
        self._served: dict[str, tuple[NationalCommune, ...]] = {}
        self._elsewhere: dict[str, frozenset[str]] = {}

    def _map(self) -> dict[str, str]:
        """Every code, of today or of the past, that is one of ours → ours."""
        mapped = {code: parent for code, parent in national.codes() if parent in self.codes}
        mapped |= {code: became for code, (became, _name) in _former().items() if became in self.codes}
        return mapped | {code: code for code in self.codes}

    def own(self, code: str) -> str | None:
        """Ours for a commune code, "" for one that is not ours, None for one that tells nothing."""
        if code in self._mapped:
            return self._mapped[code]
        return "" if code not in self._untold and known_code(code) else None

    def foreign_codes(self) -> Iterator[str]:
        """Every code that is of no commune of ours, of today or of the past."""
        every = (*(code for code, _parent in national.codes()), *_former())
        return (code for code in every if code not in self._mapped and code not in self._untold)

    def find(self, code: str, postcode: str, label: str, cedex: str) -> Found:
        """Where an address is. All four may be empty: an address that says nothing is outside."""
        own = self.own(code.strip().upper())
        if own is not None:
            return Found(own) if own else OUTSIDE
        postcode = _digits(postcode) or _postcode_in(cedex) or _postcode_in(label)
        words = [said for said in (spelled(label), spelled(cedex)) if said]
        if not postcode:
            return self._by_name(words)
        if postcode[:2] not in self.prefixes:
            return OUTSIDE
        served = self._communes_of(postcode)
        return self._among(served, postcode, words) if served else self._by_area(postcode, words)

    def _communes_of(self, postcode: str) -> tuple[NationalCommune, ...]:
        if postcode not in self._served:
            self._served[postcode] = tuple(national.by_postcode(postcode))
        return self._served[postcode]

    def _among(self, served: tuple[NationalCommune, ...], postcode: str, words: list[str]) -> Found:
        """The communes a postcode serves, one of them named by a label."""
        for said in words:
            named = [commune for commune in served if said in _names_of(commune)]
            if named:
                return self._one_of(named)
        ours = self._ours_of(served)
        near = [c for c in self._own_near(postcode) if not _names_of(c).isdisjoint(words)]
        if near or (ours and self._is_elsewhere(words, served[0].department)):
            return Found(doubt=DISAGREE, communes=tuple(dict.fromkeys([*self._ours_of(near), *ours])))
        if not ours:
            return OUTSIDE
        if len(ours) == 1 and all(self.own(commune.code) != "" for commune in served):
            return Found(ours[0])
        whole = {commune.parent_code for commune in served}
        places = count(sum(commune.code not in whole for commune in served), "commune")
        return Found(doubt=f"Commune indécise\u202f: {postcode} couvre {places}", communes=tuple(ours))

    def _by_area(self, postcode: str, words: list[str]) -> Found:
        """A postcode of no commune, as those of CEDEX: a label must name a commune of ours in that department."""
        for said in words:
            named = [commune for commune in self._own_near(postcode) if said in _names_of(commune)]
            if named and said in _CITIES.values() and not self.codes.intersection(_CITIES):
                return Found(doubt="Arrondissement indécis", communes=tuple(self._ours_of(named)))
            if named:
                return self._one_of(named)
        return OUTSIDE

    def _by_name(self, words: list[str]) -> Found:
        """No postcode at all: the name alone, when one commune of the country bears it."""
        for said in words:
            named = [commune for commune in self._own if said in _names_of(commune)]
            if named and len(named) == 1 and _bearers(said) <= 1:
                return self._one_of(named)
            if named:
                return Found(doubt="Commune indécise\u202f: pas de code postal", communes=tuple(self._ours_of(named)))
        return OUTSIDE

    def _one_of(self, named: list[NationalCommune]) -> Found:
        ours = self._ours_of(named)
        if not ours:
            return OUTSIDE
        return Found(ours[0]) if len(ours) == 1 else Found(doubt="Arrondissement indécis", communes=tuple(ours))

    def _ours_of(self, communes: Iterable[NationalCommune]) -> list[str]:
        """Our codes among these communes, each once: an arrondissement of a whole city counts as the city."""
        return list(dict.fromkeys(own for commune in communes if (own := self.own(commune.code))))

    def _own_near(self, postcode: str) -> list[NationalCommune]:
        """Ours of the same department, as postcodes see departments."""
        return [commune for commune in self._own if _area(postcode) in _areas(commune)]

    def _is_elsewhere(self, words: list[str], department: str) -> bool:
        """Whether a label names a commune of the department that is not ours."""
        if department not in self._elsewhere:
            others = (c for c in national.by_department(department) if self.own(c.code) == "")
            self._elsewhere[department] = frozenset(name for commune in others for name in _names_of(commune))
        return any(said in self._elsewhere[department] for said in words)


@lru_cache(maxsize=1)
def _former_names() -> dict[str, tuple[str, ...]]:
    """Present code → names of the communes that joined it."""
    names: dict[str, list[str]] = {}
    for became, name in _former().values():
        if name:
            names.setdefault(became, []).append(spelled(name))
    return {code: tuple(found) for code, found in names.items()}


@lru_cache(maxsize=2048)
def _names_of(commune: NationalCommune) -> frozenset[str]:
    """The names a label may give a commune: its own, those of the communes it took in, an arrondissement's rank."""
    names = {spelled(commune.name), *_former_names().get(commune.code, ())}
    if commune.code in _CITIES:
        names.update(name for rank in range(1, 21) for name in _names_of_rank(_CITIES[commune.code], rank))
    if commune.parent_code and (rank := re.search(r"\d+", commune.name)):
        names |= {_CITIES[commune.parent_code], *_names_of_rank(_CITIES[commune.parent_code], int(rank[0]))}
    return frozenset(names)


def _names_of_rank(city: str, rank: int) -> Iterable[str]:
    """« paris 8 », « paris 08 », « paris 8e », « paris 8eme arrondissement »."""
    yield f"{city} {rank:02d}"
    for ending in ("", "e", "er", "eme", "e arrondissement", "er arrondissement", "eme arrondissement"):
        yield f"{city} {rank}{ending}"


@lru_cache(maxsize=256)
def _bearers(said: str) -> int:
    """How many communes of the country have this name."""
    return sum(spelled(commune.name) == said for commune in national.search(said, limit=50) if not commune.parent_code)


def _area(postcode: str) -> str:
    """The department as postcodes see it: Corsica is one, overseas ones have three figures."""
    return postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]


@lru_cache(maxsize=2048)
def _areas(commune: NationalCommune) -> frozenset[str]:
    department = "20" if commune.department in ("2A", "2B") else commune.department
    return frozenset({department, *map(_area, commune.postcodes)})


def _digits(postcode: str) -> str:
    """Five digits: a spreadsheet takes the first zero away."""
    digits = "".join(sign for sign in postcode if sign.isdigit())
    return digits.zfill(5) if len(digits) in (4, 5) else ""


def _postcode_in(label: str) -> str:
    found = _POSTCODE.match(label.strip())
    return found[1] if found else ""
