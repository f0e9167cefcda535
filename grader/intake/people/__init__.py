"""Whose work it is: owners by what names say, rosters, and who of a course is missing."""
