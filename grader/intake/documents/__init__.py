"""A notebook or a script -> a `Document`: its cells, and where in the homework each stands."""
