"""A help desk of a realistic shape, made from a seed. `fill.fill` writes one into a database."""
