"""An article and the watchlist in, findings with their evidence out. Pure."""
