"""`python -m grader` is the console command."""

from grader.cli.app import main

main()
