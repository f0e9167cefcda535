"""The command line: arguments in, one call, its answer printed."""
