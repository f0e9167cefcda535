"""`python -m grader` is the console command."""

from grader.cli import main

main()
