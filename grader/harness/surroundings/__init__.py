"""What a notebook finds where it was written, as far as it may here: data, a GPU, IPython."""
