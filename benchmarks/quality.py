"""Scores the recogniser on a labelled set: python benchmarks/quality.py GOLD.jsonl --watchlist W.toml [--out FOUND.jsonl]."""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.model import Agreement, Article, Finding, PartialDate, Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser
from pipeline.recognise.evaluate import Expected, Report, score


def watchlist(path: Path | None) -> Watchlist:
    """The agreements of a TOML watchlist."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["agreement"] if path else []
    return Watchlist(
        tuple(
            Agreement(
                r["id"],
                r["title"],
                tuple(r.get("parties", ())),
                tuple(r.get("titles", {}).items()),
                tuple(r.get("aliases", ())),
                tuple(r.get("exclude", ())),
                r.get("multilateral", False),
                PartialDate.parse(str(r["signed_on"])) if r.get("signed_on") else None,
            )
            for r in rows
        )
    )


def article(row: dict[str, Any]) -> Article:
    """A labelled row as an article."""
    day = row.get("published")
    when = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    return Article(row.get("url", ""), row.get("title") or "", row["text"], row.get("lang", "en"), when)


def event(f: Finding) -> dict[str, Any]:
    """A finding as the scorer reads it."""
    return {
        "agreement_id": f.agreement_id, "agreement": f.agreement, "type": f.type.value, "status": f.status.value,
        "salience": f.salience.value, "actor": f.actor, "actor_country": f.actor_country,
        "date": str(f.date) if f.date else None, "evidence": f.evidence, "confidence": f.confidence,
        "reasons": f.reasons, "wording": f.wording, "stage": f.stage,
    }  # fmt: skip


def main() -> None:
    """Write predictions and print what the rows took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("--watchlist", type=Path)
    arguments.add_argument("--out", type=Path, help="write the events found, a JSON object a line")
    arguments.add_argument("--least", type=float, default=0.35, help="leave out findings less sure than this")
    o = arguments.parse_args()
    recogniser = Recogniser.build(watchlist(o.watchlist), RecogniseOptions())
    rows = [json.loads(line) for line in o.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    begin = time.perf_counter()
    found = {
        row["id"]: [f for f in recogniser.recognise(article(row)).findings if f.confidence >= o.least] for row in rows
    }
    took = 1000 * (time.perf_counter() - begin) / max(1, len(rows))
    if o.out:
        lines = ({"id": key, "events": [event(f) for f in findings]} for key, findings in found.items())
        o.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    if rows and "events" in rows[0]:
        show(score({row["id"]: [expected(e) for e in row["events"]] for row in rows}, found))
    print(f"{len(rows)} rows, {took:.2f} ms each")


def expected(label: dict[str, Any]) -> Expected:
    """A labelled event."""
    return Expected(
        frozenset(label["agreement_ids"]),
        label["type"],
        label["status"],
        label["salience"],
        label["actor_country"] or "",
        label["date"],
        label["evidence"],
        frozenset(label.get("also_ok", ())),
    )


def show(report: Report) -> None:
    """Print the figures."""
    for name, tally in (("alerts", report.alerts), ("events", report.events), ("links", report.links)):
        print(f"{name:8} P {tally.precision:.3f} R {tally.recall:.3f} F1 {tally.f1:.3f}")
    for name in ("date", "country", "evidence"):
        share = report.share(name)
        print(f"{name:8} {'-' if share is None else f'{share:.3f}'}")
    print(f"quiet articles with an alert: {report.noisy} of {report.quiet}")


if __name__ == "__main__":
    main()
