"""What an instructor got from a learning platform -> submissions, each under its author's names."""
