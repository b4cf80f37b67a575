"""What every feature stands on: database, clock, refusals, text, sealed values. Knows no feature and no HTTP."""
