"""The recogniser's decisions as lines a person can read: where in the text, what was decided, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Finding, Recognition


def lines(recognition: Recognition, text: str) -> Iterator[str]:
    """One line for every decision against a step, then one for every finding, in the order of the text."""
    if recognition.screened_out:
        yield "screened out: no word of an act beside a treaty noun, a tracked name, or a body to leave or join"
        return
    for step in sorted(recognition.trace, key=lambda s: s.start):
        yield f"{step.start}-{step.end} “{_quote(text, step.start, step.end)}” {step.decision}: {', '.join(step.reasons)}"
    for finding in recognition.findings:
        yield describe(finding)


def describe(finding: Finding) -> str:
    """A finding in one line."""
    when = f" on {finding.date}" if finding.date else ""
    who = f" by {finding.actor or finding.actor_country}" if finding.actor or finding.actor_country else ""
    return (
        f"{finding.start}-{finding.end} {finding.type} ({finding.status}, {finding.salience}){who}{when}:"
        f" {finding.agreement} [{finding.confidence:.2f}; {', '.join(finding.reasons)}]"
    )


def _quote(text: str, start: int, end: int) -> str:
    return " ".join(text[start:end].split())
