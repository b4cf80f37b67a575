"""Read every template and refuse what a page of ours must not hold: ``check_templates.py [DIRECTORY …]``.

- It parses; what it includes, extends and imports exists, down to the name of the macro.
- No HTML that escapes escaping: no ``|safe``, no ``Markup``, no autoescape switched off.
- Nothing that the Content-Security-Policy would stop: inline handler, style or script, what htmx evaluates.
- Only attributes that htmx 4 knows, and nothing of htmx 2 (its own upgrade script reads the scripts too).

Line numbers are those of the template. Exit status 1 when something is found.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from vendor import htmx_upgrade_check as upgrade

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
SCRIPTS = ROOT / "static"
EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]

# The attributes of htmx 4.0 core; what follows a colon (:inherited, :append, a status) is not looked at.
HTMX = {
    *("hx-action", "hx-boost", "hx-config", "hx-confirm", "hx-delete", "hx-disable", "hx-encoding", "hx-get"),
    *("hx-headers", "hx-history-elt", "hx-ignore", "hx-include", "hx-indicator", "hx-method", "hx-partial"),
    *("hx-patch", "hx-post", "hx-preserve", "hx-push-url", "hx-put", "hx-query", "hx-replace-url", "hx-select"),
    *("hx-select-oob", "hx-status", "hx-swap", "hx-swap-oob", "hx-sync", "hx-target", "hx-trigger", "hx-validate"),
    *("hx-vals", "hx-morph-skip", "hx-morph-skip-children"),
}
REQUESTS = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-action"}


class Finding(NamedTuple):
    """One thing wrong: where, and what, in a sentence."""

    path: Path
    line: int
    message: str


def main(directories: list[str]) -> int:
    """Check the templates of the directories; print what is wrong; return the exit status."""
    roots = [Path(directory) for directory in directories] or [TEMPLATES]
    templates = [path for root in roots for path in sorted(root.rglob("*")) if path.suffix in (".html", ".txt")]
    scripts = [] if directories else sorted(SCRIPTS.glob("*.js"))  # vendor/ is htmx itself
    findings = [finding for root in roots for finding in check_root(root)]
    findings += [finding for path in scripts for finding in _upgrade(path)]
    for path, line, message in findings:
        print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}: {message}")
    print(f"{len(templates)} templates and {len(scripts)} scripts read, {len(findings)} to mend")
    return 1 if findings else 0


def check_root(root: Path) -> Iterator[Finding]:
    """Everything wrong in the templates under a root; names of templates are relative to it."""
    environment = Environment(autoescape=True, extensions=EXTENSIONS)
    trees: dict[str, nodes.Template] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".html", ".txt"):
            continue
        try:
            trees[path.relative_to(root).as_posix()] = environment.parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            yield Finding(path, error.lineno, f"does not parse: {error.message}")
    for name, tree in trees.items():
        path = root / name
        yield from (Finding(path, line, message) for line, message in _references(tree, trees))
        yield from (Finding(path, line, message) for line, message in _unescaped(tree))
        yield from (Finding(path, line, message) for line, message in _attributes_passed(tree))
        if path.suffix == ".html":
            yield from _html(path)
            yield from _upgrade(path)


def _references(tree: nodes.Template, trees: dict[str, nodes.Template]) -> Iterator[tuple[int, str]]:
    """Templates and macros that are named and do not exist."""
    kinds: tuple[type[Any], ...] = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
    for node in tree.find_all(kinds):
        for name in _names(node.template):
            if name not in trees:
                yield node.lineno, f"there is no template {name}"
            elif isinstance(node, nodes.FromImport):
                wanted = {entry if isinstance(entry, str) else entry[0] for entry in node.names}
                for macro in sorted(wanted - _exported(trees[name])):
                    yield node.lineno, f"{name} has no {macro}"


def _names(node: nodes.Node) -> list[str]:
    """The template names written out in a reference; none when it is computed."""
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else list(node.value)
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [name for item in node.items for name in _names(item)]
    return []


def _exported(tree: nodes.Template) -> set[str]:
    macros = {node.name for node in tree.body if isinstance(node, nodes.Macro)}
    assigned = {name.name for node in tree.body if isinstance(node, nodes.Assign) for name in node.find_all(nodes.Name)}
    return macros | assigned


def _unescaped(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for node in tree.find_all((nodes.Filter, nodes.Name, nodes.ScopedEvalContextModifier)):
        if isinstance(node, nodes.Filter) and node.name in ("safe", "xmlattr"):
            yield node.lineno, f"|{node.name} lets HTML through unescaped"
        elif isinstance(node, nodes.Name) and node.name == "Markup":
            yield node.lineno, "Markup lets HTML through unescaped"
        elif isinstance(node, nodes.ScopedEvalContextModifier):
            yield node.lineno, "autoescape is not to be switched"


def _attributes_passed(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """htmx attributes handed to a macro or a field: ``hx_get=…``, ``{'hx-get': …}``."""
    kinds: tuple[type[Any], ...] = (nodes.Keyword, nodes.Const)
    for node in tree.find_all(kinds):
        name = node.key.replace("_", "-") if isinstance(node, nodes.Keyword) else node.value
        if isinstance(name, str) and re.fullmatch(r"hx-[a-z0-9:-]+", name) and name.split(":")[0] not in HTMX:
            yield node.lineno, f"{name} is no attribute of htmx 4"


def _html(path: Path) -> Iterator[Finding]:
    """What the HTML shows once the template language is taken out of it."""
    for node in _elements(path):
        if node.tag == "style" or (node.tag == "script" and "src" not in node.attrs):
            yield Finding(path, node.line, f"<{node.tag}> in the page (a file in static/ instead)")
        for name, value in node.attrs.items():
            message = _why_not_attribute(name, value or "")
            if message:
                yield Finding(path, node.line, message)


def _why_not_attribute(name: str, value: str) -> str | None:
    """Why an attribute has no place in a page, or None."""
    if re.fullmatch(r"on[a-z]+", name):
        return f"inline handler {name}= (a script in static/js listens instead)"
    if name == "style":
        return "inline style (a class in the style sheet instead)"
    if name.startswith("hx-on") or value.strip().startswith(("js:", "javascript:")):
        return f"{name} needs eval, which the Content-Security-Policy refuses"
    if name.startswith("hx-trigger") and "[" in value:
        return "a filter in hx-trigger needs eval, which the Content-Security-Policy refuses"
    if name.startswith("hx-") and name.split(":")[0] not in HTMX:
        return f"{name} is no attribute of htmx 4"
    return None


def _elements(path: Path) -> list[Any]:
    """The elements of the template, with the attributes and the line of each."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}", lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL)
    builder = upgrade.TreeBuilder()
    builder.feed(upgrade.strip_template_syntax(text))
    return list(builder.root.descendants())


def _upgrade(path: Path) -> Iterator[Finding]:
    """What htmx's own script finds, but for attributes that the element needs for its own request."""
    own = set() if path.suffix == ".js" else _lines_of_own_use(path)
    for issue in upgrade.check_file(str(path)):
        if not (issue.category == "inheritance" and issue.line in own):
            yield Finding(path, issue.line, f"[{issue.category}] {issue.message}")


def _lines_of_own_use(path: Path) -> set[int]:
    """Lines where whatever could be inherited stands on elements that make a request themselves."""
    bearers = [node for node in _elements(path) if upgrade.INHERITABLE_ATTRS & set(node.attrs)]
    alone = {node.line for node in bearers if not REQUESTS & set(node.attrs)}
    return {node.line for node in bearers} - alone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
