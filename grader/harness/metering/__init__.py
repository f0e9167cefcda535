"""What a training uses: batches, images, steps. Counted, held to a budget, paused."""
