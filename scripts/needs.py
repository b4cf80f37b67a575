"""Write docs/needs.md: the needs that comments of the code cite by number. ``needs.py --check`` only compares.

A citation is a letter and a number (B49), or a range of them (B44–B50), in a docstring or a comment of Python, of a
template, a style sheet or a script. A number that `NEEDS` does not describe stops the run.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "needs.md"
FOLDERS = ("cptsapp", "templates", "static", "tests")
COMMENTS = {".html": re.compile(r"\{#.*?#\}", re.DOTALL), ".css": re.compile(r"/\*.*?\*/", re.DOTALL)}
COMMENTS |= {".txt": COMMENTS[".html"], ".js": COMMENTS[".css"]}
CITATION = re.compile(r"(?<![\w%])([A-E])(\d{1,2})(?:[–-]\1(\d{1,2}))?(?![\w%])")

NEEDS = {
    "A8": "one actor, one contribution: show who did what for each request",
    "A15": "the convention between the DAC and the CPTS",
    "A16": "a flat fee for professionals who take part in a PPCS",
    "A18": "requests carry a programme: the target populations of the CPTS",
    "A19": "keep a trace of each partner's acts, for an economic model to come",
    "A25": "any professional or person opens a request, on line or on the telephone",
    "A26": "the coordination records and qualifies the request",
    "A27": "the coordination searches a GP in its territory",
    "A28": "the CPTS refers to the MiSAS",
    "A29": "the MiSAS answers with the doctor's name",
    "A30": "the CPTS relays: a second attempt",
    "A31": "the MiSAS hands to the DAC what is complex, the CPTS in copy",
    "A32": "the DAC supports and coordinates",
    "A33": "the DAC reports a break in care",
    "A34": "the DAC brings breaks to a bilateral with the ARS",
    "A35": "the ARS and the CPAM agree to the way a request goes",
    "A36": "three doors, CPTS, MiSAS and DAC, each counted",
    "A37": "the actor who is asked does the first search",
    "A38": "each adviser of a partner has an account of their own",
    "A39": "advisers need training to the DAC's own software",
    "A40": "ask whether a search is under way, so as not to search twice",
    "A41": "one form for all CPTS, set by each",
    "A42": "say that several professionals or structures may step in",
    "A43": "ask the data protection officers",
    "A44": "the CPTS is asked on line or on the telephone",
    "A45": "the DAC comes in support when it is complex",
    "A46": "tell the requester what was found or not, and the steps taken",
    "A47": "the CPTS asks the MiSAS through a space for partners",
    "A48": "the MiSAS answers the CPTS, and the DAC for a break in care",
    "A51": "does the person have a medical difficulty?",
    "A52": "does the person have a social difficulty?",
    "A53": "does their care need coordinating? the three together propose the DAC",
    "A54": "the person's last and first names",
    "A55": "the person's birth date",
    "A56": "the commune of birth: not asked",
    "A57": "the person's address",
    "A58": "the person's postcode",
    "A59": "outside the territory, lead to the neighbouring CPTS",
    "A60": "ask how to reach the person, and whether they agree",
    "A61": "the CPTS hands a request over to the DAC",
    "A62": "the DAC acknowledges receipt",
    "A63": "the DAC calls back whoever asked",
    "A64": "the DAC hands the file to a coordinator",
    "A65": "the DAC's coordinator looks at the whole situation",
    "A66": "the care circle is coordinated on the telephone",
    "A67": "is a PPCS needed? then the CPTS supports it",
    "A68": "the CPTS proposes regular doctors and pays the professionals engaged in a PPCS",
    "A69": "the DAC brings its expertise in coordination",
    "A70": "an article of the convention is about the experiment",
    "A71": "a PPCS plans a person's support, shared by the care circle",
    "A72": "a PPCS is revised from time to time and frames who does what",
    "A73": "a PPCS is written with the person, the care circle and the regular doctor",
    "A74": "the regular doctor takes part in the meeting by video",
    "A75": "the regular doctor validates the plan",
    "A76": "the regular doctor is available for the DAC",
    "A77": "the regular doctor sends the documents asked for",
    "A78": "the regular doctor receives the person",
    "A79": "the regular doctor takes part in the reviews at 6 months and a year",
    "A80": "a register of conventions: articles, year, parties, renewals",
    "B11": "board seats and votes by college: professionals, structures, elected, users",
    "B13": "every figure asked for has a definition, a source, a numerator and a denominator",
    "B14": "the rate of adhesion is an indicator",
    "B24": "people work from home and in the evening",
    "B30": "plain web pages, in any browser",
    "B31": "one agenda for all the others, on a computer and a telephone",
    "B32": "a locum or an associate sees what concerns the one who is away",
    "B34": "no further medical record",
    "B36": "simple tools, that talk to others, in a pocket",
    "B43": "in Vendée nobody regulates by day, and the coast fills up in summer",
    "B44": "campaigns with dates: summer 2019, then 13 July to 10 September 2020",
    "B45": "GPs set slots aside for unscheduled care, in one shared agenda",
    "B46": "9 GPs of one CPTS and 16 of the other",
    "B47": "15 € more an act, paid afterwards: count the honoured acts",
    "B48": "about 20 slots a day",
    "B49": "two ways out of a call: the regular doctor when possible, else a slot",
    "B50": "59 % of the slots taken on average, 100 % at the end: show the fill rate",
    "B51": "say what unscheduled care is, and who may be booked",
    "B52": "the fill rate grew: the scheme can work",
    "B53": "planning over the agendas of several practitioners is the core",
    "B54": "regulators were shown the tool in a hurry: it must need no training",
    "B55": "tell patients with a regular doctor from those without",
    "B56": "a shared tool that performs",
    "B57": "ready for the national service of access to care (SAS)",
    "B58": "by day the CPTS answers, in the evening and at week-ends the PDSA",
    "B59": "other professions post too: nurses, physiotherapists, midwives, pharmacists",
    "B61": "keep the scheme all year round",
    "B71": "600 professionals, 20 % members: be useful to those who are not",
    "B90": "inform all, bring them to join, bring them to take part",
    "B91": "inform every professional of the territory, not the members alone",
    "B92": "ring the professionals one by one, tell them, ask whether they wish to join",
    "C3": "a CPTS brings together professionals, their teams, medico-social and social actors",
    "C11": "seen the same day, or within 24 hours of the call",
    "C20": "members are persons and legal persons; joining is a light procedure",
    "D43": "a protocol has review dates",
    "D44": "a pathway is published as a document",
    "D45": "joining the CPTS and signing a partnership are two relations",
    "D46": "conventions with hospital groups, DAC and PCO",
    "D50": "mails end among the spam: keep a copy in the application",
    "E5": "causes: demography, retirements",
    "E9": "tell the GPs of the CPTS what is needed",
    "E22": "up to three near GPs who agree are proposed; the person chooses",
    "E23": "a flyer and a poster for those who look for a doctor",
    "E24": "a request comes by telephone, on line, or filled in by a professional",
    "E25": "urgent: follow-up must begin in under one month",
    "E26": "complex: a mediator lifts what stands in the way of rights",
    "E27": "250 persons in six months, half of them solved",
    "E28": "priority criteria: over 70, under 6, ALD, C2S or AME: one in three",
    "E29": "reasons: retirement, newcomer, too far, no visits, disagreement",
    "E30": "one person in fifteen needs home visits",
    "E31": "a secure channel first",
    "E32": "it is no waiting list, and nothing is promised",
    "E33": "the day of the request",
    "E34": "which professional makes the request",
    "E35": "the person's last name",
    "E36": "the person's first name",
    "E37": "the person's birth date",
    "E38": "the person's address",
    "E39": "the person's telephone",
    "E40": "the person's mail",
    "E41": "who of the household needs a doctor",
    "E42": "social cover: only the criterion C2S or AME",
    "E43": "help with rights",
    "E44": "the current doctor and their town",
    "E45": "why a doctor is sought",
    "E46": "is the person followed by others?",
    "E47": "a long-term illness, yes or no",
    "E48": "particular conditions: never asked in detail",
    "E49": "home visits: exclusively, exceptionally, no",
    "E50": "other information",
    "E51": "the professional attests that the person agrees",
    "E52": "informed, free to leave, to read, to correct, to have erased",
    "E53": "know which GPs still accept new patients",
    "E54": "what would help GPs who cannot take more patients",
    "E55": "movements: who may retire, who is about to settle",
    "E56": "few doctors, already overloaded",
    "E57": "all GPs are asked, members or not: can take, cannot, why",
    "E58": "lack of time is the first reason",
    "E59": "what saves time: medical assistants, IPA",
    "E60": "targeted communication, help to recruit",
    "E61": "referring doctors and IPA follow patients together",
    "E62": "see arrivals and departures of doctors ahead",
    "E72": "a telephone line with its opening hours",
}

HEAD = """# Needs

The needs behind the code, one line each. Numbers such as B49 come from an inventory of what five public documents about
CPTS (2020–2024) ask of software; the comments of the code cite them, and `grep -rn B49 cptsapp` finds the very lines.
Written by `python scripts/needs.py`, which a test compares.

| Number | Need | Where |
|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """Write the page, or say that it is stale; the exit status."""
    text = page(cited())
    if "--check" not in arguments:
        TARGET.write_text(text)
        return 0
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    print("docs/needs.md is stale: run  python scripts/needs.py", file=sys.stderr)
    return 1


def page(places: dict[str, set[str]]) -> str:
    """The page, from the folders that cite each number. Raises KeyError for a number that nobody described."""
    lines = [
        f"| {n} | {NEEDS[n]} | {', '.join(f'`{p}`' for p in sorted(places[n]))} |" for n in sorted(places, key=_rank)
    ]
    return HEAD + "\n".join(lines) + "\n"


def cited() -> dict[str, set[str]]:
    """Each number with the folders, two levels deep, whose comments cite it."""
    found: dict[str, set[str]] = {}
    for path in _files():
        place = "/".join(path.relative_to(ROOT).parts[:2])
        for comment in _comments(path):
            for number in numbers_in(comment):
                found.setdefault(number, set()).add(place)
    return found


def numbers_in(text: str) -> Iterator[str]:
    """The numbers cited by a comment; a range gives each of them."""
    for letter, first, last in CITATION.findall(text):
        yield from (f"{letter}{n}" for n in range(int(first), int(last or first) + 1))


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", *COMMENTS) and not {"vendor", "out", "__pycache__"} & set(path.parts):
                yield path


def _comments(path: Path) -> Iterator[str]:
    text = path.read_text()
    if path.suffix == ".py":
        yield from _python_comments(text)
    else:
        yield from COMMENTS[path.suffix].findall(text)


def _python_comments(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _rank(number: str) -> tuple[str, int]:
    return number[0], int(number[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
