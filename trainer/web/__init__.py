"""The shell that speaks HTTP: parse, one call, render or redirect; it holds no rule."""
