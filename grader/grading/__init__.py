"""One submission -> its result. Runs in the examiner, which the launcher, here too, forks."""
