"""Which reported acts can be one and the same step: families of acts, whose actor counts, whose chamber counts.

The press calls one vote "ratified", "approved the ratification law" or "gave its consent"; these are one family. What each
word was is kept on the event; the family only says what is compared with what.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import Agreement, EventType, Finding
from pipeline.plan import agreement_key

HEAD_OF_STATE = "head_of_state"
PARLIAMENT = "parliament"
PARLIAMENTARY = frozenset({"lower_chamber", "upper_chamber", PARLIAMENT, "consent"})

_CONSENT = "consent_to_be_bound"
_JOINT = frozenset(  # what the parties of a bilateral agreement do together: whoever is named, it is the same act
    {
        EventType.NEGOTIATIONS_CONCLUDED,
        EventType.INITIALLED,
        EventType.ADOPTED,
        EventType.OPENED_FOR_SIGNATURE,
        EventType.SIGNED,
        EventType.EXCHANGED,
        EventType.ENTERED_INTO_FORCE,
        EventType.PROVISIONALLY_APPLIED,
        EventType.AMENDED,
        EventType.EXTENDED,
        EventType.TERMINATED,
    }
)
_ALWAYS_JOINT = frozenset(  # even when many states are parties
    {
        EventType.NEGOTIATIONS_CONCLUDED,
        EventType.ADOPTED,
        EventType.OPENED_FOR_SIGNATURE,
        EventType.AMENDED,
        EventType.EXTENDED,
    }
)
_STAGED = frozenset(  # acts that go through chambers one after the other
    {
        _CONSENT,
        EventType.ACCEDED.value,
        EventType.WITHDRAWN.value,
        EventType.SUSPENDED.value,
        EventType.REJECTED.value,
        EventType.TERMINATED.value,
    }
)


def family(finding: Finding) -> str:
    """The family of the act. A head of state who "ratifies" is promulgating (he signs the law)."""
    if finding.type is EventType.RATIFIED:
        return EventType.PROMULGATED.value if finding.stage == HEAD_OF_STATE else _CONSENT
    if finding.type is EventType.APPROVED:
        return _CONSENT
    return finding.type.value


def normalised_type(finding: Finding) -> EventType:
    """The type an event of this finding has: as reported, but for the ratifying head of state."""
    if family(finding) == EventType.PROMULGATED.value:
        return EventType.PROMULGATED
    return finding.type


def is_multilateral(finding: Finding, agreements: Mapping[str, Agreement]) -> bool:
    """True where more than two are, or may become, parties. An agreement we know nothing of is taken for one."""
    known = agreements.get(finding.agreement_id or "")
    if known is not None:
        return known.multilateral or len(known.parties) > 2
    parties = finding.discovered.parties if finding.discovered else ()
    return len(parties) != 2


def has_members(finding: Finding, agreements: Mapping[str, Agreement]) -> bool:
    """True where a party is an organisation, whose members may each have to act (the EU's mixed agreements)."""
    known = agreements.get(finding.agreement_id or "")
    parties = known.parties if known else finding.discovered.parties if finding.discovered else ()
    return any(len(party) != 2 or party == "EU" for party in parties)


def actor_counts(act: str, multilateral: bool) -> bool:
    """Whether reports of two different actors are two events."""
    return not (act in _ALWAYS_JOINT or (act in _JOINT and not multilateral))


def whole_treaty(act: str, multilateral: bool) -> bool:
    """Entry into force of a treaty is one event, entry into force for one late-comer is another: no actor is not "some actor"."""
    return act == EventType.ENTERED_INTO_FORCE.value and multilateral


def chamber_counts(act: str) -> bool:
    """Whether two stages of one party's procedure are two events."""
    return act in _STAGED


def stage_rank(stage: str) -> int:
    """How sharply the stage is told: 0 unknown, 1 "the parliament", 2 a chamber or another organ."""
    return 0 if not stage else 1 if stage == PARLIAMENT else 2


def stages_agree(one: str, other: str) -> bool:
    """True where one wording can mean the other ("the parliament" may be its lower chamber; a senate's consent is its vote)."""
    if one == other or not one or not other:
        return True
    pair = {one, other}
    if PARLIAMENT in pair:
        return pair <= PARLIAMENTARY
    return pair == {"consent", "upper_chamber"}


def types_agree(one: EventType, stage: str, other: EventType, other_stage: str, same_day: bool) -> bool:
    """Within a family: "approved" is "ratified" for a chamber's vote; for an unknown organ only on the very same day."""
    if one is other:
        return True
    if stage and other_stage:
        return stage == other_stage or {stage, other_stage} <= PARLIAMENTARY
    return same_day and {stage, other_stage} <= PARLIAMENTARY | {""}


def stream_of(finding: Finding) -> str:
    """The stream a finding belongs to: "agreement|family"."""
    return f"{agreement_key(finding)}|{family(finding)}"
