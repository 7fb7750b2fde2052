"""Watchlists with a ministry's catalogue added: entries that stand twice, conventions of half the world, treaties extended to many."""

from __future__ import annotations

import pytest

from pipeline.model import Agreement, PartialDate, Watchlist
from pipeline.recognise.linking import Index
from pipeline.recognise.linking.twins import twins
from pipeline.recognise.parties import Names
from pipeline.recognise.values import Band

NAMES = Names.load()
CROWD = ("BR", "AR", "CL", "FR", "DE", "IT", "ES", "PT", "KE", "GH", "NG", "IN", "JP", "AU", "NZ")


def agreement(key: str, title: str, *parties: str, multilateral: bool = False, signed: str = "") -> Agreement:
    """An entry of a watchlist."""
    day = PartialDate.parse(signed) if signed else None
    return Agreement(key, title, parties, multilateral=multilateral, signed_on=day)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (
            agreement("own", "Basel Convention on Hazardous Wastes"),
            agreement("cat", "BASEL CONVENTION ON HAZARDOUS WASTES", *CROWD, multilateral=True),
            True,
        ),
        (
            agreement("own", "Convention on Sugar", "UN"),
            agreement("cat", "Convention on Sugar, with Annexes and Protocol [TS No. 4]", *CROWD, multilateral=True),
            True,
        ),
        (
            agreement("own", "Treaty on Lighthouses", "PE", "EC"),
            agreement("cat", "Treaty on Lighthouses", "EC", "PE", signed="1931-02-03"),
            True,
        ),
        (
            agreement("own", "Treaty on Lighthouses", "PE", "EC", signed="2019-05-06"),
            agreement("cat", "Treaty on Lighthouses", "EC", "PE", signed="1931-02-03"),
            False,
        ),
        (agreement("own", "Treaty on Lighthouses", "PE", "EC"), agreement("cat", "Treaty on Lighthouses", "PE", "CO"), False),
        (
            agreement("own", "Treaty on Lighthouses", "PE", "EC"),
            agreement("cat", "Treaty on Lighthouses with Colombia", "PE", "CO"),
            False,
        ),
    ],
)  # fmt: skip
def test_what_is_the_same(first: Agreement, second: Agreement, same: bool) -> None:
    """The same title, and the same parties or none that matter, and no year that tells them apart."""
    assert twins((first, second)) == ({"cat": "own"} if same else {})


def test_told_of_the_first() -> None:
    """An agreement entered twice is found as the first entry, also where the second lists who acts and the first does not."""
    own = agreement("own", "Basel Convention on Hazardous Wastes")
    catalogue = agreement("cat", "Basel Convention on Hazardous Wastes", *CROWD, multilateral=True)
    index = Index.build(Watchlist((own, catalogue)), NAMES)
    link = index.link("the Basel Convention on Hazardous Wastes", "en", near_parties=["KE"])
    assert (link.agreement_id, link.band) == ("own", Band.SURE)


def test_a_crowd_says_nothing() -> None:
    """That a state is among a convention's fifteen parties makes no agreement between two of them that convention."""
    index = Index.build(
        Watchlist((agreement("arms", "Convention for the Control of the Trade in Arms", *CROWD, multilateral=True),)),
        NAMES,
    )
    for wording in ("the free trade agreements", "the trade agreement with Ghana"):
        assert index.link(wording, "en", near_parties=["KE", "GH"]).band is Band.NONE
    assert index.link("the convention on the control of the trade in arms", "en").band is Band.SURE


def test_territories_are_no_parties() -> None:
    """A treaty of two that a catalogue lists with the territories it was extended to is the two's."""
    listed = agreement(
        "old",
        "Agreement between Great Britain and Thailand on Double Taxation",
        "GB",
        "TH",
        "MU",
        "FJ",
        "LK",
        signed="1950",
    )
    index = Index.build(Watchlist((listed,)), NAMES)
    assert index.closed("old") == {"GB", "TH"}
    assert index.link("the double taxation agreement between Britain and Fiji", "en").band is Band.NONE


def test_newest_of_many() -> None:
    """Of a dozen treaties of one name between two states, news that gives one life means the newest."""
    old = tuple(
        agreement(f"y{year}", "Extradition Treaty between Peru and Chile", "PE", "CL", signed=f"{year}-01-02")
        for year in range(1890, 2011, 10)
    )
    index = Index.build(Watchlist(old), NAMES)
    link = index.link("the extradition treaty between Peru and Chile", "en")
    assert len({link.best.agreement_id if link.best else "", *(one.agreement_id for one in link.ties)}) == len(old)


def test_what_contradicts_is_no_rival() -> None:
    """However many agreements of other states say a wording's words, a choice is among those that nothing contradicts."""
    others = tuple(
        agreement(f"other-{code}", f"Fisheries Agreement between Morocco and {name}", "MA", code)
        for code, name in (
            ("SN", "Senegal"),
            ("MR", "Mauritania"),
            ("PT", "Portugal"),
            ("ES", "Spain"),
            ("GA", "Gabon"),
        )
    )
    ours = agreement("ours", "Agreement on Sea Tenure between Samoa and Tonga", "WS", "TO")
    index = Index.build(Watchlist((*others, ours)), NAMES)
    rivals = index.rivals("the fisheries agreement between Samoa and Tonga", "en", ("WS", "TO"), ())
    assert {one.entry.id for one in rivals} == {"ours"}
