"""An address to a document, politely and safely. The network is touched nowhere else."""

from pipeline.fetch.again import after_failure
from pipeline.fetch.client import Fetcher
from pipeline.fetch.manners import SharedPace
from pipeline.fetch.values import (
    ACCEPT_ANY,
    ACCEPT_FEED,
    ACCEPT_PAGE,
    Answered,
    Fetched,
    FetchOutcome,
    NotModified,
    PostOutcome,
    Refused,
)
from pipeline.options import FetchOptions

__all__ = [
    "ACCEPT_ANY",
    "ACCEPT_FEED",
    "ACCEPT_PAGE",
    "Answered",
    "FetchOptions",
    "FetchOutcome",
    "Fetched",
    "Fetcher",
    "NotModified",
    "PostOutcome",
    "Refused",
    "SharedPace",
    "after_failure",
]
