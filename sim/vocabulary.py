"""The words that travel as numbers: sides, times in force, reasons for no, motives, audiences, phases.

Everything here is an ``IntEnum``: on the tape it is an integer, for a reader it is a word.
"""

from enum import IntEnum


class Side(IntEnum):
    """What an order's owner wants."""

    BUY = 0
    SELL = 1


class TimeInForce(IntEnum):
    """What happens to the part of an order that does not trade at once."""

    GTC = 0
    """It rests."""
    IOC = 1
    """It is dropped."""
    FOK = 2
    """All of it trades, or none."""
    POST_ONLY = 3
    """It never aggresses: refused when it would trade."""


class SelfTrade(IntEnum):
    """What a venue does when an order meets another of its owner."""

    NONE = 0
    """They trade."""
    CANCEL_NEWEST = 1
    """The arriving order's rest is cancelled."""
    CANCEL_OLDEST = 2
    """The resting order is cancelled and matching goes on."""
    CANCEL_BOTH = 3
    """The resting order and the arriving rest are cancelled."""
    DECREMENT = 4
    """Both lose the smaller size without a trade."""


class Refusal(IntEnum):
    """Why not: every reason for which a venue, chain or contract says no."""

    NONE = 0
    # Venues.
    UNKNOWN_ORDER = 1
    INSUFFICIENT_FUNDS = 2
    WOULD_AGGRESS = 3
    CANNOT_FILL = 4
    SELF_TRADE = 5
    BAD_PRICE = 6
    BAD_SIZE = 7
    HALTED = 8
    NOT_OWNER = 9
    CLOSED = 10
    SUSPENDED = 11
    DUPLICATE_ORDER = 12
    # Chain.
    NONCE_TOO_LOW = 20
    UNDERPRICED_REPLACEMENT = 21
    MEMPOOL_FULL = 22
    INSUFFICIENT_GAS_FUNDS = 23
    GAS_LIMIT_TOO_HIGH = 24
    OUT_OF_GAS = 25
    UNKNOWN_CONTRACT = 26
    UNKNOWN_CALL = 27
    EXPIRED = 28
    NONCE_GAP_TOO_WIDE = 29
    # Feeds.
    NOT_REPORTER = 40
    OUT_OF_BOUNDS = 41
    STALE_ROUND = 42
    NOTHING_POSTED = 43
    STALE_PRICE = 44
    # Pools.
    HEALTHY = 60
    NOTHING_OWED = 61
    NOT_COLLATERAL = 62
    INSUFFICIENT_COLLATERAL = 63
    INSUFFICIENT_LIQUIDITY = 64
    SUPPLY_CAP = 65
    BORROW_CAP = 66
    MUST_NOT_LEAVE_DUST = 67
    ZERO_AMOUNT = 68
    INSUFFICIENT_BALANCE = 69
    UNHEALTHY = 70
    UNKNOWN_ASSET = 71
    BORROWING_DISABLED = 72
    WRONG_E_MODE = 73
    PAUSED = 74
    ARITHMETIC = 75
    ABOVE_CEILING = 76
    """More debt than a pool of vaults may have."""
    # Reasons a keeper gives for leaving an opportunity alone.
    NO_PROFIT = 90
    NO_FUNDS = 91
    STUCK_NONCE = 92
    NO_DEPTH = 93
    ALREADY_PENDING = 94
    TOO_DEAR = 95
    """The auction price is above what the keeper would pay; it waits."""
    # Auctions.
    UNKNOWN_SALE = 110
    LIMIT_HIT = 111
    """No room under the capacity."""
    NULL_AUCTION = 112
    """Nothing would be offered, or nothing owed."""
    STOPPED = 113
    """The house's level forbids this call."""
    WRONG_PHASE = 114
    """Raising what is covered, or bidding down what is not."""
    OTHER_LOT = 115
    """The bid names another lot than is offered (raising), or another sum (bidding down)."""
    BID_TOO_LOW = 116
    """No better than the last, or not by the increment."""
    BID_TOO_HIGH = 117
    """More than is owed."""
    AUCTION_OVER = 118
    """Its last bid or its lifetime has run out."""
    NOT_OVER = 119
    """It cannot be settled, or rearmed, yet."""
    NEEDS_REDO = 120
    CANNOT_REDO = 121
    PRICE_TOO_HIGH = 122
    """The auction price is above the most the taker would pay."""
    NO_PARTIAL = 123
    """A take that would leave dust, of a sale too small to be divided."""
    TOO_EARLY = 124
    """A delayed feed whose hour has not come, or debt that must still wait."""
    SURPLUS_LEFT = 125
    """The house has money of its own; it sells nothing for its debt."""
    TOO_LITTLE_DEBT = 126
    REENTERED = 127
    UNORDERED = 128
    """Answers not in rising sequence."""
    NOT_ALLOWED = 129
    # Automated market makers.
    SLIPPAGE = 140
    """Less would come out, or more go in, than the sender allows."""
    PRICE_LIMIT = 141
    """The price is beyond the limit already, the limit beyond what can be, or there are no limits here."""
    INVARIANT_SHRANK = 142
    """What went in does not pay for what went out."""
    BAD_RANGE = 143
    """Log ticks in the wrong sequence, out of bounds, or off the spacing."""
    TOO_MUCH_LIQUIDITY = 144
    TOO_LITTLE_LIQUIDITY = 145
    """So little that it would round to nothing."""
    OBSERVATION_TOO_OLD = 146
    """Nobody kept what the log tick was so long ago."""
    UNPAID = 147
    """Nothing came in."""
    # Compound v2 and Comet.
    BORROW_TOO_SMALL = 150
    """A debt below the least that may be owed."""
    NOT_FOR_SALE = 151
    """The pool's reserves have reached their target; it sells no collateral."""
    INSUFFICIENT_RESERVES = 152
    """The pool has less collateral of its own than was asked for."""
    TOO_MUCH_REPAY = 153
    """More than the close factor lets one liquidation repay."""
    SEIZE_TOO_MUCH = 154
    """The account has less of that collateral than would be seized."""
    SELF_LIQUIDATION = 155
    RATE_TOO_HIGH = 156
    """Interest beyond what the contract believes possible; it does nothing."""
    STILL_OWES = 157
    """A market one owes in cannot be left."""
    # Morpho Blue and Euler.
    INCONSISTENT_INPUT = 160
    """Of two amounts exactly one must be given."""
    EXCESSIVE_REPAY = 161
    """More than restores the account's health, or than its collateral pays for."""
    COOLING_OFF = 162
    """The account's health was found good too short a while ago."""
    LOW_YIELD = 164
    """Less collateral would come than the sender asks for."""
    OTHER_DEBT = 165
    """The account owes another asset already, and may owe only one."""
    ISOLATED_DEBT = 166
    """A debt that may stand beside no other."""
    # Liquity.
    NO_TROVE = 170
    TROVE_OPEN = 171
    """One has a trove already, and may have only one."""
    RECOVERY_MODE = 172
    """The system's ratio is below the critical one; this is not allowed until it recovers."""
    FEE_TOO_HIGH = 173
    """Above what the sender accepts, or the sender accepts a fee that never is."""
    ONLY_TROVE = 174
    """The last trove can neither be closed nor liquidated."""
    BEHIND_ON_LIQUIDATIONS = 175
    """Deposits stay where they are while a trove can be liquidated."""
    TOTAL_RATIO_TOO_LOW = 176
    """The system's ratio would be, or is, below what this needs."""
    NOTHING_REDEEMED = 177
    NO_DEPOSIT = 178
    # crvUSD.
    NO_LOAN = 180
    LOAN_EXISTS = 181
    """One has a loan already, and may have only one."""
    BAND_COUNT = 182
    """Fewer bands than four, or more than fifty."""
    DEBT_TOO_HIGH = 183
    """The loan's first band would lie at the oracle's price or above."""
    AMOUNT_TOO_LOW = 184
    """So little collateral that a band would get nothing."""
    SOFT_LIQUIDATION = 185
    """Part of the collateral has been sold; the loan's bands stay where they are."""
    BAND_NOT_EMPTY = 186
    """There is money where collateral should go."""
    # Issuers of claims.
    UNKNOWN_REQUEST = 210
    ALREADY_CLAIMED = 211
    NOT_FINAL = 212
    """A request whose turn, or whose time, has not come."""
    TOO_SMALL = 213
    """Less than an issuer takes."""
    TOO_LARGE = 214
    """More than one request may be about; make several."""
    ISSUER_CLOSED = 215
    """Outside of its hours, or paused."""
    RESERVES_SHORT = 216
    """The issuer cannot reach so much money."""
    # Calls made of calls, bundles.
    TOO_LITTLE_GAIN = 190
    """Less was gained than the sender demands."""
    TOO_DEEP = 191
    """Too many calls within calls."""
    NO_BUNDLES = 192
    """Builders of this chain take none."""
    SEEN_IS_GONE = 193
    """A bundle names a tx that does not wait, or could not enter now."""
    OUTBID = 194
    """Another bundle bid more for the right to follow the update."""
    NOT_WORTH_IT = 195
    """The builder earns more with other gas."""
    # Feeds that are guarded, or at fault.
    FEED_FROZEN = 200
    """The feed takes no posts: a fault."""
    TOO_UNCERTAIN = 201
    """The price's confidence is wider than its reader allows."""
    SEQUENCER_DOWN = 202
    """Blocks came to a halt, and not long enough ago did they begin again."""

    # Strategies.
    TOO_MANY_QUERIES = 221
    """More questions to its desk in one decision than it may ask."""
    TOO_MANY_COMMANDS = 222
    """More commands in one decision than it may send."""
    TOO_MANY_LINES = 223
    """More lines of Python in one decision than it may run."""
    PROCESS_ENDED = 224
    """The process it ran in ended, or spoke what is not the line protocol."""


class CancelReason(IntEnum):
    """Why a resting order left the book without trading."""

    OWNER = 0
    REST_DROPPED = 1
    SELF_TRADE = 2
    REPRICED = 3
    EXPIRED = 4
    NO_FUNDS = 5
    HALT = 6


class Motive(IntEnum):
    """Why a command was sent."""

    VOLUNTARY = 0
    LIQUIDATION_SALE = 1
    STOP = 2
    CLOSE_OUT = 3
    HEDGE = 4
    DELEVERAGE = 5
    ARBITRAGE = 6
    MARKET_MAKING = 7
    DEFENCE = 8
    REPORT = 9
    LIQUIDATION = 10
    REFILL = 11
    SHOCK = 12
    BID = 13
    """Bidding in an auction, taking from one, settling it."""
    UPKEEP = 14
    """Poking feeds, accruing, restarting auctions."""


class Audience(IntEnum):
    """Who may be told of a record."""

    PUBLIC = 0
    PARTY = 1
    OBSERVER = 2
    """The tape only: no agent ever hears of it."""


class Phase(IntEnum):
    """The steps within one instant, in sequence."""

    DELIVER = 1
    """News and timers reach desks."""
    EXECUTE = 2
    """Commands reach shared machines; ties between them are drawn by lot."""
    OBSERVE = 3
    """Samplers and checks look at what the instant left behind."""


class ShockKind(IntEnum):
    """The exogenous acts a scenario may contain."""

    JUMP = 0
    METAORDER = 1
    LIQUIDITY_WITHDRAWAL = 2
    REPORTER_OUTAGE = 3
    GAS_SURGE = 4
    LATENCY_SURGE = 5
    CUSTODY_SUSPENDED = 6
    SLASHING = 30
    RESERVE_FREEZE = 31
    REDEMPTION_PAUSE = 32
    FEED_FREEZE = 20
    REPORTER_STUCK = 21
    FEED_OFFSET = 22
    SEQUENCER_OUTAGE = 23
