"""Where the pure middle runs: in this process, in worker processes that can be killed, or on a Dask cluster.

A task is a top-level function called as `task(tool, *arguments)`; every worker builds its tool (the compiled watchlist and
dictionaries) once, from a factory and its arguments. Nothing else in the program knows where a task runs.
"""

from __future__ import annotations

from typing import Any

from pipeline.compute.cluster import Cluster
from pipeline.compute.local import Here, Workers
from pipeline.compute.values import Compute, Factory
from pipeline.options import ProcessOptions

__all__ = ["Cluster", "Compute", "Here", "ProcessOptions", "Workers", "open_compute"]


def open_compute(options: ProcessOptions, factory: Factory, *arguments: Any) -> Compute:
    """The place these options name: the cluster, else worker processes here. UsageError where the cluster cannot be used."""
    if options.cluster:
        return Cluster(options, factory, *arguments)
    return Workers(options, factory, *arguments)
