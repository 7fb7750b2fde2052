"""Archives (WARC, JSON Lines, Parquet) and stored articles through the same recogniser as live news, into the history.

sources   which archives a path means       pieces, warc, rows   archives cut into pieces and read
work      what a worker does with a piece   history              what is written      run   the order of it all
"""

from pipeline.backfill.history import Recording, fingerprint
from pipeline.backfill.run import Run, Tally
from pipeline.backfill.values import Bad, Kind, Piece, Source

__all__ = ["Bad", "Kind", "Piece", "Recording", "Run", "Source", "Tally", "fingerprint"]
