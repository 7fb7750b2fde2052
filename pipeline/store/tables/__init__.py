"""Every table. Seen by `store` and `query` only; rows never leave them.

    feeds ─< feed_polls      feeds ─< entries >─ articles ─< article_versions ─< evidence >─ events ─< revisions, changes
    articles ─ rechecks     host_turns
    streams (versions that guard plans)     outbox ─< attempts     channels, mutes     expectations, proposals, watch_entries
    service_state, audit, api_tokens

Times are aware UTC. What is unique and may be long is unique by its SHA-256 (`…_hash`).
"""

from pipeline.store.tables.base import Base
from pipeline.store.tables.desk import (
    ApiTokenRow,
    AttemptRow,
    AuditRow,
    ChannelRow,
    MuteRow,
    OutboxRow,
    ServiceStateRow,
    WatchEntryRow,
)
from pipeline.store.tables.history import (
    ChangeRow,
    CounterRow,
    EventKindRow,
    EventPartyRow,
    EventRow,
    EvidenceRow,
    ExpectationRow,
    ProposalRow,
    RevisionRow,
    StreamRow,
)
from pipeline.store.tables.sources import (
    ArticleRow,
    ArticleVersionRow,
    EntryRow,
    FeedPollRow,
    FeedRow,
    HostTurnRow,
    RecheckRow,
)

__all__ = [
    "ApiTokenRow",
    "ArticleRow",
    "ArticleVersionRow",
    "AttemptRow",
    "AuditRow",
    "Base",
    "ChangeRow",
    "ChannelRow",
    "CounterRow",
    "EntryRow",
    "EventKindRow",
    "EventPartyRow",
    "EventRow",
    "EvidenceRow",
    "ExpectationRow",
    "FeedPollRow",
    "FeedRow",
    "HostTurnRow",
    "MuteRow",
    "OutboxRow",
    "ProposalRow",
    "RecheckRow",
    "RevisionRow",
    "ServiceStateRow",
    "StreamRow",
    "WatchEntryRow",
]
