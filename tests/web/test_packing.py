"""Packed answers: which packing a request gets, and that the same bytes come out."""

from __future__ import annotations

import gzip

import httpx
import pytest
import zstandard

from pipeline.web.packing import chosen

PAGE = "/static/treatywatch.css"


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("ZSTD ; q=1.0 , gzip;q=0.9", "zstd"),
        ("gzip;q=0", None),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("*;q=0", None),
        ("gzip;q=a, zstd;q=", None),
        (", ,;", None),
    ],
)
def test_what_a_request_takes(accepted: str, packing: str | None) -> None:
    """Quality values count; of equals zstd is taken; what cannot be read counts as not taken."""
    assert chosen(accepted) == packing


def test_the_same_bytes_come_out(shared: httpx.Client) -> None:
    """A page plain, as gzip and as zstd; each says that it varies, and an answer that is small goes as it is."""
    with httpx.Client(base_url=shared.base_url) as plain:
        whole = plain.get(PAGE, headers={"Accept-Encoding": "identity"}).content
        for packing, undo in (("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)):
            with plain.stream("GET", PAGE, headers={"Accept-Encoding": packing}) as answer:
                raw = b"".join(answer.iter_raw())
            assert answer.headers["content-encoding"] == packing
            assert "Accept-Encoding" in answer.headers["vary"]
            assert undo(raw) == whole
            assert len(raw) < len(whole) / 2
        assert "content-encoding" not in plain.get("/healthz", headers={"Accept-Encoding": "zstd"}).headers
