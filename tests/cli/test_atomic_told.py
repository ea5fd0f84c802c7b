"""Composites, bundles and updates on offer are told in sentences; their figures are on the summary's page."""

from sim.cli.atomic_sentences import SENTENCES
from sim.cli.telling import Teller
from sim.records import ALL
from sim.scenario.load import load
from sim.scenario.run import run
from sim.storage import Run
from tests.metrics.test_page import keys, named
from tests.support.composer import WORLD


def test_every_record_of_them_has_its_sentence(tmp_path):
    result = run(load(WORLD, {"run.duration": "60 s"}), out=tmp_path / "run")
    with Run(tmp_path / "run") as opened:
        teller = Teller.of(opened)
        told = {kind: teller.sentence(opened.entry(int(result.records(kind)["seq"][0]))) for kind in SENTENCES}

    assert list(SENTENCES) == [each.__name__ for each in ALL if 170 <= each.kind < 180]
    assert [told[kind] for kind in ("FlashLoaned", "CallFailed", "BundleDropped", "UpdateAuctioned")] == [
        "ranges lends performer/000000 316.45 ETH within the tx, for 0.9494 ETH",
        "step 1 of tx 25 of performer/000000 fails (too little gain) and is left out",
        "bundle 2 of performer/000001 enters no block (outbid); it cost nothing",
        "performer/000001 wins the right to follow the update of eth_usd for 0.001 ETH (of 2 bids; the next was 0.0005 ETH);"
        " 0.0006 ETH of it is recaptured",
    ]


def test_their_figures_are_on_the_summarys_page():
    summary = run(load(WORLD, {"run.duration": "60 s"}), tape="none").summary

    assert {"flash_loans", "flash_fees_paid", "bundles_included", "builders_paid", "recaptured"} <= set(summary)
    assert [key for key in keys(summary) if not named(key)] == []
