"""Where the pages of the record are, for links in messages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url`: where readers reach the service (`[web] public_url`); "" = nowhere, and every link is ""."""

    public_url: str = ""

    def event(self, event_id: str) -> str:
        """The record of one event, with all its evidence."""
        return self._page("events", event_id)

    def agreement(self, agreement_id: str | None) -> str:
        """The agreement's timeline."""
        return self._page("agreements", agreement_id) if agreement_id else ""

    def mute(self, agreement_id: str | None) -> str:
        """The page with the form that mutes an agreement (a link by itself changes nothing: scanners follow links)."""
        return f"{self.agreement(agreement_id)}#mute" if agreement_id and self.public_url else ""

    def channel(self, channel_id: str) -> str:
        """The channel: what it tells, its mutes and deliveries."""
        return self._page("channels", channel_id)

    def _page(self, kind: str, name: str) -> str:
        return f"{self.public_url.rstrip('/')}/{kind}/{quote(name, safe='')}" if self.public_url else ""
