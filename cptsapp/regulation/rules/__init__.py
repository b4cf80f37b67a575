"""Pure rules of the desk: what letters match, how far, in which band, over which days and hours."""
