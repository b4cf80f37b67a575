"""Settings of an application under test."""

from pathlib import Path

from cptsapp.settings import Settings, read


def test_settings(instance: Path, database_url: str, clock: str, **more: str) -> Settings:
    """Settings as the environment would give them."""
    return read(
        {
            "CPTSAPP_MODE": "test",
            "CPTSAPP_INSTANCE": str(instance),
            "CPTSAPP_DATABASE_URL": database_url,
            "CPTSAPP_CLOCK": clock,
            **more,
        }
    )


test_settings.__test__ = False  # type: ignore[attr-defined]  # a helper, whatever its name says to pytest
