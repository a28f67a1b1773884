"""Statistics behind promises: bets, bounds, and searches for cuts that hold."""
