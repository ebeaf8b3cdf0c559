"""What a night stands on besides its files: forms, rules, limits and the register, refused before anything is taken in."""

from __future__ import annotations

from warehouse.settings import Settings


def refuse_wrong_configuration(settings: Settings) -> None:
    """Raise ConfigurationError for the first form, rule, limit or row of the register that cannot be read.

    Asked before a night lands a file: a misspelt word must not leave files landed that nothing can read.
    """
    from expectations.door.checks import limits_of
    from expectations.rulebook.loading import load_rules, vocabulary_of

    for form in vocabulary_of(settings).forms.values():
        limits_of(form)
    load_rules(settings)
