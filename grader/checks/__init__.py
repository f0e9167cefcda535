"""The checks: plain pytest tests, one module a question; fixtures in `conftest.py`.

A check's id is `<module>.<test>` without the `test_` prefixes; the first line of its docstring is
what the student reads, and `@pytest.mark.settings` names what its entry in the rubric must set. A
new check is one test function here and one entry in rubric.yaml.
"""
