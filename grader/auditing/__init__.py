"""Grading the graders: does the rubric let right work pass, and does it catch what is wrong?

::

    works.py     the homework done right, in many shapes, and with one known mistake each
    running.py   grades all of them as a batch, and writes the page

What comes of it is worked out by `grader.report.audit_views`.
"""
