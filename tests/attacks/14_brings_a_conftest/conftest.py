import pathlib

import pytest

pathlib.Path("@WORLD@/obeyed").write_text("conftest.py")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True
