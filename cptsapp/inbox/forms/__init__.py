"""Forms of the requests: shapes and French labels; choices are handed in."""
