"""One line a figure: `name: value (bar)`; a missed bar is said and makes the run fail."""

from dataclasses import dataclass, field

TOLERANCE = 1.15  # on CPU ratios only


@dataclass
class Report:
    """Prints figures as they come and remembers what missed its bar."""

    missed: list[str] = field(default_factory=list)

    def line(
        self, name: str, value: float, bar: float, *, unit: str = "", is_cpu: bool = False, digits: int = 1
    ) -> None:
        """Print a figure whose bar is a maximum."""
        limit = bar * TOLERANCE if is_cpu else bar
        is_met = value <= limit
        print(f"{name}: {value:.{digits}f}{unit} ({bar:g}{unit}){'' if is_met else '  MISSED'}", flush=True)
        if not is_met:
            self.missed.append(name)

    def exact(self, name: str, value: float, bar: float) -> None:
        """Print a figure that must be just that."""
        is_met = value == bar
        print(f"{name}: {value:g} ({bar:g}){'' if is_met else '  MISSED'}", flush=True)
        if not is_met:
            self.missed.append(name)

    def note(self, text: str) -> None:
        """Print a line that has no bar."""
        print(text, flush=True)
