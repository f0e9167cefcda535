"""Many submissions -> their results on disk. All of it runs in the scheduler, without torch."""
