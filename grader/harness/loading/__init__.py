"""A submission's cells run once, in one namespace, as a notebook would."""
