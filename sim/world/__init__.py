"""The exogenous: price paths, the outside price on the clock, gas rows, shocks."""
