"""Archives -> files below a folder, within limits, whatever is in them."""
