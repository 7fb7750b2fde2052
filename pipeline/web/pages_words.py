"""The wording of named rules, states and reasons on pages; acts and statuses are worded in `alert.words`.

Every named rule of the recogniser that decides about an agreement, a status or news has a sentence here; names of triggers
("ratify_treaty") say which words told of the act and are read as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.model import EventState
from pipeline.plan import StateWhy, Why
from pipeline.status import Standing

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        # which agreement
        "official_title": "named by its official title",
        "alias": "named by a name the watchlist knows",
        "alias_and_parties": "named by a known name, with its parties",
        "content_and_parties": "described by its subject and its parties",
        "subject_and_parties": "its whole subject and both parties are named",
        "subject_and_article": "its subject is named and the article is about its parties",
        "carried": "the article is about this agreement; the sentence refers back to it",
        "carried_untracked": "the article is about an agreement nobody listed; the sentence refers back to it",
        "compatible_with_focus": "fits the agreement the article is about",
        "both_parties": "both parties are named nearby",
        "one_party": "only one of its parties is named nearby",
        "no_party": "none of its parties is named nearby",
        "with_a_party": "a party is named together with another state",
        "distinctive": "words are used that few other agreements have",
        "thin": "the wording says little of its subject",
        "one_of_several": "one of several agreements that the words can mean",
        "other_parties_near": "other states are named nearby",
        "third_party": "a state that is no party is named as one",
        "named_parties": "the wording names other parties",
        "other_number": "the wording has another number",
        "other_year": "the wording has another year",
        "generic_alias": "the known name is a common phrase",
        "loose_alias": "only part of the known name is used",
        "generic_alias_without_parties": "a common phrase without any of its parties",
        "near_tie": "another agreement on the watchlist fits almost as well",
        "not_sure_enough": "fits, but not surely",
        "score_too_low": "fits too little",
        "little_content": "the wording says too little",
        "contradicted": "the wording contradicts it",
        "not_these_parties": "not between these parties",
        "only_parties": "only the parties are named",
        "only_agreement_of_these_parties": "the only listed agreement of these parties",
        "one_of_two_of_these_parties": "one of two listed agreements of these parties",
        "no_candidate": "no listed agreement fits",
        "charter_of_body": "the charter of the body that is named",
        "plural": "several agreements are meant together",
        "no_focus": "the article is about no listed agreement",
        "untracked": "an agreement that nobody listed",
        # whether it happened
        "finite_past": "told in the past tense",
        "finite_perfect": "told as done",
        "finite_pluperfect": "told as done before",
        "participle": "told as a property (“the signed treaty”)",
        "attribute": "told as a property (“the signed treaty”)",
        "light_verb": "told with a noun and a verb (“put a signature under”)",
        "present_as_news": "present tense, as headlines tell what happened",
        "present_form": "present tense",
        "progressive": "under way",
        "planned": "announced for later",
        "planned_behind": "words behind it put it in the future",
        "nominal_planned": "a noun that names a plan",
        "future_form": "future tense",
        "date_ahead": "its date lay ahead when the article appeared",
        "bare_infinitive": "an infinitive: not done yet",
        "temporal_clause_present": "waits for something (“once it is ratified”)",
        "called_for": "somebody asks for it",
        "wished_clause": "somebody wishes it",
        "subjunctive": "wished or supposed",
        "negated": "said not to have happened",
        "negated_behind": "words behind it deny it",
        "rejected": "refused",
        "refused_by_chamber": "refused by a chamber's vote",
        "conditional": "hangs on a condition",
        "conditional_behind": "words behind it name a condition",
        "conditional_clause": "stands in an if-clause",
        "question": "asked, not told",
        "decided_to": "a decision to do it, by whoever does it",
        "not_yet_final": "other steps of the same procedure are still to come",
        "procedure_for": "part of the procedure, not its end",
        "nominal": "told with a noun (“the ratification”)",
        "noun_alone": "a noun that says nothing of when",
        "after_gerund": "told as having gone before",
        # news or background
        "fresh_date": "its day is close to the day of publication",
        "old_date": "its day lies long before the day of publication",
        "coarse_date": "only a month or a year is told, and not at the top",
        "lead": "stands in the first sentence that tells of a step",
        "plain": "nothing marks it as background",
        "told_again": "told more than once in the article",
        "before_the_news_step": "went before the step that the article reports",
        "pluperfect": "told as gone before (“had signed”)",
        "relative_clause": "told beside the point (“which was signed …”)",
        "subordinate_clause": "told in a clause beside the point",
        "gerund": "told beside the point",
        "temporal_noun": "a noun that only says when (“after the signing”)",
        "was_done_on": "a date is told for something known",
        "tally": "a count of states, not a step of one",
        # by whom
        "vote_on_ratification": "a chamber's vote on ratification",
        "same_step": "“the same step” as another party",
        "such_a_step": "“such a step” of a named organ",
        "by_head_of_state": "done by a head of state",
        "us_upper_chamber": "the US Senate consents; the president ratifies",
        "eu_parliament": "the European Parliament consents; the Council concludes",
        "effect_of_ending": "it ends, or its end takes effect",
    }
)
_STATES: Mapping[EventState, str] = MappingProxyType(
    {
        EventState.ALERTED: "news: whoever asked for it is told",
        EventState.REVIEW: "waits for a person's word",
        EventState.HISTORY: "kept as history, nobody is told",
        EventState.RETRACTED: "taken back",
    }
)
_STATE_WHYS: Mapping[str, str] = MappingProxyType(
    {
        StateWhy.NEWS: "sure, fresh, and reported as news",
        StateWhy.UNSURE: "not sure enough to be told",
        StateWhy.WEAK: "hardly sure at all",
        StateWhy.BACKGROUND: "retold beside other news",
        StateWhy.NOT_FRESH: "too long ago to be news",
        StateWhy.NOT_OCCURRED: "it has not happened, and nobody asked for plans",
        StateWhy.FUTURE_DATE: "said to have happened on a day that has not come",
        StateWhy.QUIET: "found in stored articles or an archive",
        StateWhy.PERSON: "a person decided so",
        Why.MERGED: "it was another event of the history",
        Why.CORRECTS: "its article says something else now",
    }
)
_STANDINGS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.NONE: "no act on record",
        Standing.NEGOTIATED: "text agreed",
        Standing.SIGNED: "signed",
        Standing.IN_RATIFICATION: "being ratified",
        Standing.RATIFIED: "ratified at home",
        Standing.BOUND: "bound",
        Standing.PROVISIONALLY_APPLIED: "applied provisionally",
        Standing.IN_FORCE: "in force",
        Standing.SUSPENDED: "suspended",
        Standing.REJECTED: "rejected",
        Standing.WITHDRAWN: "withdrawn",
        Standing.TERMINATED: "terminated",
    }
)
_WHY: Mapping[str, str] = MappingProxyType(
    {
        "new": "first report",
        "confirms": "another source",
        "sharpens": "a report knew more precisely when, who or where",
        "contradicts": "a report contradicts it",
        "corrects": "the article itself was changed",
        "fulfils": "the planned step has happened",
        "known": "stored already",
        "merged": "it was the same act as another event",
        "moved": "a report fits another event better",
        "accepted": "a person said it is right",
        "rejected": "a person said it is wrong",
        "corrected": "a person put it right",
        "joined": "a person said that another event is the same",
        "parted": "a person said that these are two events",
        "revived": "a person undid a merge",
        "newsworthy": "known from the background, now reported as news",
    }
)
_OUTBOX: Mapping[str, str] = MappingProxyType(
    {
        "pending": "waits to be sent",
        "leased": "is being sent",
        "delivered": "delivered",
        "dead": "given up: send it again by hand",
        "muted": "kept back by a mute",
        "held": "kept for a digest",
        "bundled": "told in another message",
    }
)
_TROUBLES: Mapping[str, str] = MappingProxyType(
    {
        "blocked_scheme": "only http and https are fetched",
        "blocked_address": "the address is an internal one",
        "blocked_port": "this port is not allowed",
        "blocked_robots": "robots.txt forbids it",
        "url_invalid": "the address cannot be read",
        "url_too_long": "the address is too long",
        "dns_failure": "the name was not found",
        "too_many_redirects": "redirected too often",
        "redirect_invalid": "redirected to nowhere",
        "timeout_connect": "no connection in time",
        "timeout_total": "no whole answer in time",
        "protocol_error": "the connection broke",
        "tls_error": "the certificate or encryption failed",
        "too_large": "the answer is too large",
        "bad_encoding": "the compression cannot be read",
        "http_status": "the server answered with an error",
        "rate_limited": "the server asks us to come less often",
        "not_a_feed": "the answer is no feed",
        "xml_forbidden": "the XML uses forbidden features",
        "xml_malformed": "the XML is broken",
        "charset_unknown": "the character set is unknown",
        "too_many_entries": "more entries than are read at once",
        "entry_invalid": "an entry cannot be read",
        "article_not_html": "the page is no HTML",
        "article_no_text": "the page has no text",
        "article_gate": "a login, captcha or consent page stands before it",
        "extract_timeout": "reading the page took too long",
        "extract_crash": "the page could not be read",
        "receiver_gone": "the receiver says it is gone for good",
        "recipients_refused": "the mail server refused the recipients",
        "mail_refused": "the mail server refused the message",
        "auth_failed": "signing in failed",
        "message_invalid": "the message cannot be built",
        "not_installed": "a needed package is not installed",
        "not_accepted": "the receiver did not accept it",
        "channel_unknown": "the channel is not configured any more",
        "tries_exhausted": "every try failed",
    }
)
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "cs": "Czech", "de": "German",
        "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew", "hy": "Armenian",
        "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ky": "Kyrgyz", "mk": "Macedonian",
        "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sr": "Serbian",
        "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "uz": "Uzbek", "zh": "Chinese",
    }
)  # fmt: skip


def reason_words(name: str) -> str:
    """A named rule as a sentence for people."""
    known = _REASONS.get(name)
    if known:
        return known
    kind, _, cue = name.partition(":")
    if kind == "cue" and cue:
        return f"the words “{cue}” put it in the past"
    if name.startswith("no_") and name.endswith("_said"):
        return f"the title speaks of “{_plain(name[3:-5])}”, the article does not"
    if name.startswith("not_"):
        return f"the article speaks of “{_plain(name[4:])}”, the title does not"
    return f"told by: {_plain(name)}"


def has_words(name: str) -> bool:
    """Whether a rule has a sentence of its own."""
    return name in _REASONS


def state_words(state: EventState) -> str:
    """What became of an event."""
    return _STATES[state]


def state_why_words(why: str) -> str:
    """Why it became that."""
    return _STATE_WHYS.get(why, _plain(why))


def standing_words(standing: Standing) -> str:
    """How far a party is."""
    return _STANDINGS[standing]


def why_words(why: str) -> str:
    """Why a revision was made."""
    return _WHY.get(why, _plain(why))


def outbox_words(state: str) -> str:
    """Where a message stands."""
    return _OUTBOX.get(state, _plain(state))


def trouble_words(word: str) -> str:
    """What went wrong."""
    return _TROUBLES.get(word, _plain(word))


def language_words(code: str | None) -> str:
    """A language's English name; its code where it has none here."""
    return _LANGUAGES.get((code or "").partition("-")[0].lower(), code or "unknown")


def _plain(name: str) -> str:
    return name.replace("_", " ")
