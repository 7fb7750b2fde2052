"""What the running service says of itself: log lines, metrics, health. Named reasons everywhere, the same words as in the store."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LogFormat = Literal["auto", "text", "json"]
Logger = structlog.typing.FilteringBoundLogger


@dataclass(frozen=True, slots=True)
class LogOptions:
    """`[log]`: level, and text (for a terminal) or json (one object a line); auto looks at where the lines go."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: LogFormat = "auto"


def start_logging(options: LogOptions, stream: TextIO | None = None) -> None:
    """Send structured log lines to `stream` (standard error by default), other libraries' warnings included."""
    out = cast(
        "TextIO", _Patient(stream or sys.stderr)
    )  # it writes, flushes and knows its terminal; nobody asks for more
    text = options.format == "text" or (options.format == "auto" and out.isatty())
    render: structlog.typing.Processor = structlog.dev.ConsoleRenderer(colors=out.isatty()) if text else _json_line
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    level = getattr(logging, options.level.upper())
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_tidy, render]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)
# letters of every script stay readable; what ends a line or steers a terminal or the eye is written as an escape
_STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _json_line(log: object, method: str, event: structlog.typing.EventDict) -> str:
    line = str(_JSON(log, method, event))
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


class _Patient:
    """A stream for log lines on which nothing else hangs: a full disk or a reader who has gone costs lines, not work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError):  # ValueError: closed
            return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


def logger() -> Logger:
    """A logger; bind names to it, then say what happened in few words."""
    found: Logger = structlog.get_logger()
    return found


def _tidy(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", event)


@dataclass(slots=True)
class Vitals:
    """What the running process knows of itself and no table holds. The schedule writes it, `/readyz` and the metrics read it.

    `troubles`: flow to (why it cannot work now, since when). `refused`: why the configuration on disk is not the one in use.
    """

    leads: bool = True
    troubles: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    refused: str = ""
    last_beat: dict[str, datetime] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()


class Metrics:
    """The Prometheus metrics of one running service, in a registry of their own (two services in one test do not mix)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polls = Counter("treatywatch_polls", "Feed polls by outcome", ["outcome"], registry=self.registry)
        self.entries = Counter("treatywatch_entries_new", "New items seen in feeds", registry=self.registry)
        self.articles = Counter("treatywatch_articles", "Articles by outcome", ["outcome"], registry=self.registry)
        self.rechecks = Counter(
            "treatywatch_rechecks", "Second looks at articles by outcome", ["outcome"], registry=self.registry
        )
        self.findings = Counter("treatywatch_findings", "Decisions on findings", ["decision"], registry=self.registry)
        self.alerts = Counter(
            "treatywatch_deliveries", "Delivery attempts by outcome", ["outcome"], registry=self.registry
        )
        self.seconds = Histogram(
            "treatywatch_stage_seconds",
            "Time a stage took",
            ["stage"],
            registry=self.registry,
            buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60),
        )
        self.queue = Gauge("treatywatch_queue", "Rows waiting, by queue", ["queue"], registry=self.registry)
        self.queue_age = Gauge(
            "treatywatch_queue_age_seconds",
            "Age of the oldest row waiting, by queue",
            ["queue"],
            registry=self.registry,
        )
        self.errors = Counter(
            "treatywatch_unforeseen_errors", "Errors that nobody foresaw, by flow", ["flow"], registry=self.registry
        )
        self.alarms = Gauge(
            "treatywatch_alarms", "Troubles told to the operator, by kind", ["kind"], registry=self.registry
        )
        self.leads = Gauge("treatywatch_leads", "1 where this process polls and keeps house", registry=self.registry)
        self.reloads = Counter(
            "treatywatch_reloads", "Changed configurations by outcome", ["outcome"], registry=self.registry
        )

    def exposition(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
