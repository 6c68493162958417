"""A refusal: why something that was asked is not done, as a stable code and facts."""

from __future__ import annotations

Fact = str | int | bool | list[int | str] | None


class Refused(Exception):
    """The asked thing is not done and nothing has changed.

    `code` is stable and is what clients act on (`message.too_long`); `facts` fill the sentence
    that people read. Which status or frame a code becomes is said once, in `protocol.problems`.
    """

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __repr__(self) -> str:
        facts = "".join(f", {name}={value!r}" for name, value in self.facts.items())
        return f"Refused({self.code!r}{facts})"

    def __reduce__(self) -> tuple[object, ...]:
        return (_refused_again, (self.code, self.facts))


def _refused_again(code: str, facts: dict[str, Fact]) -> Refused:
    return Refused(code, **facts)
