"""Everything that can happen to a request, and where: the vocabulary of the fault explorer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sandbox.clock import VirtualClock
from sandbox.faults import Fault

_RESET_AT = int(VirtualClock().time()) + 75
FOR_EVER: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfortune:
    """A fault of the sandbox. Hanging ends after ``virtual`` seconds of virtual time, or never (None)."""

    name: str
    fault: Fault
    virtual: float | None = FOR_EVER


def _of(name: str, kind: str, *, virtual: float | None = FOR_EVER, **how: object) -> Misfortune:
    return Misfortune(name=name, fault=Fault(kind=kind, **how), virtual=virtual)  # type: ignore[arg-type]


def _hang(name: str, when: str, virtual: float | None = FOR_EVER) -> Misfortune:
    return _of(name, "hang", when=when, seconds=None, virtual=virtual)


MISFORTUNES = {
    one.name: one
    for one in (
        _of("refused for a moment", "refuse", seconds=2.0),
        _of("refused for ever", "refuse", seconds=None),
        _of("reset before processing", "reset", when="before"),
        _of("reset after processing", "reset", when="after"),
        _hang("hang before processing", "before"),
        _hang("hang after processing", "after"),
        _hang("slow to take it", "before", virtual=7.0),
        _hang("slow answer", "after", virtual=7.0),
        _of("cut off", "cut_off"),
        _of("429", "rate_limited"),
        _of("429 with reset", "rate_limited", headers={"X-RateLimit-Reset": str(_RESET_AT), "X-RateLimit-Remaining": "0"}),
        _of("429 with Retry-After", "rate_limited", headers={"Retry-After": "9"}),
        _of("500 before processing", "server_error", when="before"),
        _of("500 after processing", "server_error", when="after"),
        _of("502 before processing", "bad_gateway", when="before"),
        _of("502 after processing", "bad_gateway", when="after"),
        _of("503 before processing", "unavailable", when="before"),
        _of("503 after processing", "unavailable", when="after"),
        _of("520 before processing", "unknown_error", when="before"),
        _of("520 after processing", "unknown_error", when="after"),
        _of("403 of the CDN", "blocked_by_cdn"),
        _of("200 with HTML", "html"),
        _of("truncated JSON", "truncated"),
        _of("another JSON", "wrong_json"),
        _of("an empty object", "wrong_json", body="{}"),
        _of("JSON null", "wrong_json", body="null"),
        _of("empty", "empty"),
        _of("no job id", "no_job_id"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One history to be explored: a world, and by the number of the request what happens to it."""

    world: str
    misfortunes: tuple[tuple[int, str], ...] = field(default=())

    def faults(self) -> tuple[Fault, ...]:
        return tuple(replace(MISFORTUNES[name].fault, number=number) for number, name in self.misfortunes)

    def hangs(self) -> dict[int, float | None]:
        """By request number: after how long (virtual seconds) a hanging request goes on."""
        return {
            number: MISFORTUNES[name].virtual
            for number, name in self.misfortunes
            if MISFORTUNES[name].fault.kind == "hang"
        }

    def __str__(self) -> str:
        what = ", ".join(f"request {number}: {name}" for number, name in self.misfortunes)
        return f"[{self.world}] {what or 'nothing happens'}"


def single(world: str, requests: int) -> Iterator[Schedule]:
    """Every misfortune at every request of a run that has so many."""
    for number in range(1, requests + 1):
        for name in MISFORTUNES:
            yield Schedule(world=world, misfortunes=((number, name),))


def pairs(lengths: dict[str, int], count: int, seed: int) -> list[Schedule]:
    """So many different pairs, drawn from all pairs of all worlds.

    The first misfortune prolongs the run, so the second may come some requests after its usual end.
    """
    chance = random.Random(seed)
    chosen: dict[Schedule, None] = {}
    worlds, names = sorted(lengths), list(MISFORTUNES)
    while len(chosen) < count:
        world = chance.choice(worlds)
        first, second = sorted(chance.sample(range(1, lengths[world] + 4), 2))
        both = ((first, chance.choice(names)), (second, chance.choice(names)))
        chosen[Schedule(world=world, misfortunes=both)] = None
    return list(chosen)
