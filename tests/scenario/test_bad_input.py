"""What an author can get wrong, and what is answered: the thing, the value, the remedy."""

import pytest

from sim.errors import ScenarioError
from sim.scenario.load import load
from tests.support.scenarios import pocket, written


def mistakes(tmp_path, replaced):
    """Return the lines that are told when texts of the pocket scenario are replaced."""
    with pytest.raises(ScenarioError) as refused:
        pocket(tmp_path, replaced)
    return list(refused.value.mistakes)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # Unknown and missing keys.
        ("seed = 7", "sed = 7", 'run.sed is not known here; did you mean "seed"?'),
        ('role = "driver"\n', "", 'world.price.role is missing; give one of "driver", "pinned"'),
        ('tick = "0.01 USDC/ETH"\n', "", 'venues.main.tick is missing; give a price such as "195.20 USDC/ETH"'),
        ("weight = 1", "wait = 1", 'feeds.eth_usdc.sources.0.wait is not known here; did you mean "weight"?'),
        # Units.
        ('duration = "10 min"', 'duration = "10"', 'run.duration is "10"; give a unit: "10 s"'),
        ('duration = "10 min"', "duration = 600", 'run.duration is 600; give a number with its unit, as text: "600 s"'),
        (
            'pass_through = "40 %"',
            'pass_through = "40 s"',
            'feeds.eth_usdc.pass_through is "40 s"; give a share in % or bps, such as "40 %"',
        ),
        ('lot = "0.001 ETH"', 'lot = "0.001 USDC"', 'venues.main.lot is "0.001 USDC"; give it in ETH'),
        ('tick = "0.01 USDC/ETH"', 'tick = "0.01 ETH/USDC"', 'venues.main.tick is "0.01 ETH/USDC"; give it in USDC/ETH'),
        # Exactness.
        (
            'maker_fee = "0.02 %"',
            'maker_fee = "0.00001 %"',
            'venues.main.maker_fee is "0.00001 %"; share counts in whole steps of 1 ppm, leave out the digits beyond',
        ),
        (
            'liquidity = "10_000_000 USDC"',
            'liquidity = "0.0000001 USDC"',
            'pools.lender.reserves.USDC.liquidity is "0.0000001 USDC"; USDC has 6 decimals, leave out the digits beyond',
        ),
        ("decimals = 18", "decimals = 18.0", "assets.ETH.decimals is 18.0; give a whole number"),
        ("sigma = 0.5", "sigma = nan", "venues.main.latency.sigma is NaN; give a finite number"),
        ("sigma = 0.5", "sigma = inf", "venues.main.latency.sigma is Infinity; give a finite number"),
        ("sigma = 0.5", 'sigma = "0.5"', 'venues.main.latency.sigma is "0.5"; give a finite number'),
        ("seed = 7", "seed = true", "run.seed is true; give a whole number"),
        ("seed = 7", "seed = 7\ncheck = 1", "run.check is 1; give true or false"),
        ('title = "A pocket cascade"', "title = 7", "run.title is 7; give text in quotes"),
        # Ranges.
        ('lot = "0.001 ETH"', 'lot = "-1 ETH"', 'venues.main.lot is "-1 ETH"; give an amount that is not below zero'),
        ('lot = "0.001 ETH"', 'lot = "0 ETH"', "venues.main.lot is 0 ETH; give more than 0"),
        ("count = 2", "count = 0", "agents.keeper.count is 0; give more than 0"),
        ('pass_through = "40 %"', 'pass_through = "101 %"', "feeds.eth_usdc.pass_through is 101 %; give 0 % to 100 %"),
        ("decimals = 18", "decimals = -1", "assets.ETH.decimals is -1; give at least 0"),
        ('size = "-10 %"', 'size = "-100 %"', "world.shocks.0.size leaves no price; give more than -100 %"),
        # Words to choose from.
        ('kind = "jump"', 'kind = "jmp"', 'world.shocks.0 has kind = "jmp"; did you mean "jump"?'),
        ('kind = "jump"\n', "", "world.shocks.0 has no kind; give kind = one of"),
        ('role = "driver"', 'role = "oracle"', 'world.price.role is "oracle"; there is "driver", "pinned"'),
        ('"cancel_newest"', '"cancel_new"', 'venues.main.self_trade is "cancel_new"; did you mean "cancel_newest"?'),
        ("ethereum-2020-03", "ethereum-2020-3", 'chain.era is "ethereum-2020-3", which is no era here; did you mean "ethereum-2020-03"?'),
        # Shapes.
        ('venues = ["main"]', 'venues = "main"', 'agents.keeper.venues is "main"; give a list, each text in quotes'),
        ("[world.price]", '[world]\nprice = "low"\n[other]', 'world.price is "low"; give a table'),
        ('name = "main"', 'name = "the main one"', 'venues.0.name is "the main one"; give a name of letters, digits, _ and -'),
    ],
)
def test_a_mistake_is_told_with_its_path_and_a_remedy(tmp_path, old, new, expected):
    assert expected in "\n".join(mistakes(tmp_path, {old: new}))


def test_all_mistakes_of_form_are_told_at_once(tmp_path):
    told = mistakes(
        tmp_path,
        {
            'duration = "10 min"': 'duration = "10"',
            "seed = 7": "sed = 7",
            'lot = "0.001 ETH"': 'lot = "-1 ETH"',
            "count = 2": "count = 0",
        },
    )

    assert told == [
        'run.duration is "10"; give a unit: "10 s"',
        'run.sed is not known here; did you mean "seed"?',
        'venues.main.lot is "-1 ETH"; give an amount that is not below zero',
        "agents.keeper.count is 0; give more than 0",
    ]


def test_all_mistakes_of_sense_are_told_at_once(tmp_path):
    told = mistakes(
        tmp_path,
        {
            'venues = ["main"]': 'venues = ["man"]',
            'feed = "eth_usdc"': 'feed = "eth_usd"',
            'at = "2 min"': 'at = "20 min"',
        },
    )

    assert told == [
        'pools.lender.reserves.ETH.feed is "eth_usd", which is no feed here; did you mean "eth_usdc"?',
        'agents.keeper.venues.0 is "man", which is no venue here; did you mean "main"?',
        'world.shocks.0.at is "20 min", which is outside the run; give an instant within it',
    ]


def test_a_syntax_mistake_is_told_with_file_and_line(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("[run]\ntitle = broken\n")

    with pytest.raises(ScenarioError, match=r"broken\.toml cannot be read: .*line 2"):
        load(path)


def test_an_unknown_scenario_is_told_with_the_ones_there_are():
    with pytest.raises(ScenarioError, match=r'^"xyzzy" is no scenario; there is .*"\. Or give the path of a \.toml file$'):
        load("xyzzy")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ScenarioError, match="is not there; give the path of a scenario file"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"title = 1"])
def test_a_file_without_a_scenario_is_refused_and_never_trips(tmp_path, content):
    for suffix in ("toml", "json"):
        path = tmp_path / f"odd.{suffix}"
        path.write_bytes(content)

        with pytest.raises(ScenarioError):
            load(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [("venues", "3"), ("venues", '["main"]'), ("assets", "[1]"), ("world", "[]"), ("agents", '{name = "x"}'), ("chain", '"x"')],
)
def test_a_deeply_wrong_shape_is_refused_and_never_trips(tmp_path, key, value):
    path = tmp_path / "odd.toml"
    path.write_text(f"{key} = {value}\n")

    with pytest.raises(ScenarioError) as refused:
        load(path)

    assert any(line.startswith(key) and "; give a " in line for line in refused.value.mistakes)


def test_messages_carry_a_whole_path_also_from_a_file_by_name(tmp_path):
    path = written(tmp_path, {"seed = 7": "seed = -7"})

    with pytest.raises(ScenarioError, match=r"^run\.seed is -7; give 0 or more$"):
        load(path)
