"""The submission's code: cells and statements, and where in them a call or an exception stands."""
