"""Which archives a path means: files, directories, globs, fsspec addresses (s3://, gs://, https://, …), lists of CC-NEWS paths."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from typing import Any

import fsspec

from pipeline.backfill.values import Kind, Source
from pipeline.errors import UsageError

_KINDS = (
    ((".warc.gz", ".warc"), Kind.WARC),
    ((".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"), Kind.LINES),
    ((".parquet", ".pq"), Kind.PARQUET),
)
_LISTS = (".paths", ".paths.gz")
_CRAWL = "crawl-data/"


def find_sources(paths: Iterable[str]) -> tuple[Source, ...]:
    """The archives of these paths, each once, sorted by name: the order in which they are read never hangs on how they were named.

    UsageError where a path means nothing that can be read.
    """
    found: dict[str, Source] = {}
    for path in paths:
        mine = list(_of_path(path))
        if not mine:
            raise UsageError(f"{path}: no archive there; its name should end in {', '.join(_endings())}")
        found |= {source.path: source for source in mine}
    return tuple(found[path] for path in sorted(found))


def kind_of(path: str) -> Kind | None:
    """What an archive of this name holds; None for what is no archive."""
    low = path.lower().partition("?")[0]
    return next((kind for endings, kind in _KINDS if low.endswith(endings)), None)


def _endings() -> list[str]:
    return [ending for endings, _ in _KINDS for ending in endings]


def _of_path(path: str) -> Iterator[Source]:
    try:
        files, inner = fsspec.core.url_to_fs(path)
        if path.endswith(_LISTS):
            yield from _listed(path)
        elif "*" in inner or "?" in inner or "[" in inner:
            yield from (_source(files, name) for name in files.glob(inner) if kind_of(name))
        elif files.isdir(inner):
            yield from (_source(files, name) for name in files.find(inner) if kind_of(name))
        elif kind_of(path):
            yield _source(files, inner)
    except (
        OSError,
        ValueError,
        ImportError,
    ) as error:  # ImportError: s3:// and its like each need a package of their own
        raise UsageError(f"{path}: cannot be read: {error}") from None


def _source(files: Any, name: str) -> Source:
    kind = kind_of(name)
    assert kind is not None
    about = files.info(name)
    stamp = next(
        (str(about[key]) for key in ("ETag", "etag", "mtime", "LastModified", "updated") if about.get(key)), ""
    )
    return Source(str(files.unstrip_protocol(name)), kind, about.get("size"), stamp)


def _listed(path: str) -> Iterator[Source]:
    """A list of addresses, one a line, as CC-NEWS publishes it (warc.paths.gz): relative to where "crawl-data/" begins."""
    with fsspec.open(path, "rb").open() as raw:
        lines = gzip.GzipFile(fileobj=raw) if path.endswith(".gz") else raw
        names = [line.decode("utf-8").strip() for line in lines]
    base = path.partition(_CRAWL)[0]
    for name in filter(None, names):
        full = name if "://" in name else base + name
        if kind := kind_of(full):
            yield Source(full, kind)
