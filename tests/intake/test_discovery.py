"""Files and folders -> submissions: none hides another, and no link leads outside."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.intake import discovery, read_own_work, read_submission
from grader.intake.limits import MAX_BYTES, MAX_FILES, MAX_ID_BYTES

HOMEWORK = "def flatten(x):\n    return x\n"

Put = Callable[..., Path]
Forbid = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file below the folder of submissions, with the folders it lies in."""

    def write(name: str, content: str | bytes = HOMEWORK) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_file_is_a_submission_of_its_name(put: Put, tmp_path: Path) -> None:
    submission = read_submission(put("kim.py"))
    assert (submission.id, submission.student.id) == ("kim", "kim")
    assert (submission.files, submission.entry) == (("kim.py",), "kim.py")
    assert (submission.layout, submission.root) == ("file", tmp_path)
    assert submission.cells[0].source == HOMEWORK
    assert submission.problem is None


@pytest.mark.parametrize("name", ["report.pdf", "homework.docx", "homework.py.txt", "homework"])
def test_a_file_that_is_no_source_is_not_read_as_a_script(name: str, put: Put) -> None:
    for read in (read_submission, read_own_work):
        assert read(put(name)).problem == (
            f"{name} is no notebook and no script. Hand in the .ipynb or .py file."
        )


def test_a_folder_is_a_submission_with_all_its_files(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    put("kim/lib/layers.py")
    put("kim/readme.txt", "hello")
    submission = read_submission(tmp_path / "kim")
    assert (submission.id, submission.layout) == ("kim", "folder")
    assert submission.files == ("homework.py", "readme.txt", "lib/layers.py")
    assert submission.entry == "homework.py"


def test_a_folder_is_named_after_itself_however_it_is_called(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("kim/lib/homework.py")
    monkeypatch.chdir(tmp_path / "kim" / "lib")
    assert read_submission(Path()).id == "lib"
    assert read_submission(Path("..")).id == "kim"
    assert read_submission(Path("homework.py")).root == tmp_path / "kim" / "lib"


@pytest.mark.parametrize(
    ("files", "entry"),
    [
        ({"a.py": "x = 1", "solution.py": HOMEWORK}, "solution.py"),
        ({"a.py": HOMEWORK, "b.py": HOMEWORK + "class ThreeLayerConvNet: pass"}, "b.py"),
        ({"a.py": "x = 1", "b.py": "train_part34(model, optimizer)"}, "b.py"),
        ({"b.py": HOMEWORK, "a.py": HOMEWORK}, "a.py"),
        ({"a/copy.py": HOMEWORK, "homework.py": HOMEWORK}, "homework.py"),
        ({"a.py": "def flattened(): pass", "z.py": HOMEWORK}, "z.py"),
        ({"b.py": "x = 1", "a.py": "x = 1"}, "a.py"),
        ({"layers.py": HOMEWORK, "main.py": "from layers import *\ntrain_part2(f, p)"}, "main.py"),
        ({"layers.py": HOMEWORK, "main.py": "import lib.layers\ntrain_part2(f, p)"}, "main.py"),
        ({"homework.py": HOMEWORK, "a_test.py": "from homework import flatten"}, "homework.py"),
        ({"a.py": "import b", "b.py": "import a\n" + HOMEWORK}, "b.py"),
        ({"deep/down/only.py": HOMEWORK, "notes.txt": HOMEWORK}, "deep/down/only.py"),
    ],
)
def test_the_script_with_most_of_the_homework_is_run(
    put: Put, tmp_path: Path, files: dict[str, str], entry: str
) -> None:
    for name, content in files.items():
        put(f"kim/{name}", content)
    assert read_submission(tmp_path / "kim").entry == entry


def test_a_folder_without_a_script_is_broken(put: Put, tmp_path: Path) -> None:
    put("kim/homework.docx")
    submission = read_submission(tmp_path / "kim")
    assert submission.problem == (
        "kim holds no .ipynb or .py file, only homework.docx. Hand in your notebook or script."
    )
    assert submission.cells == ()


def test_the_data_set_that_lies_beside_the_work_is_no_part_of_it(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    put("kim/datasets/cifar-10-batches-py/data_batch_1")
    with put("kim/datasets/cifar-10-python.tar.gz").open("wb") as archive:
        archive.truncate(MAX_BYTES)
    submission = read_submission(tmp_path / "kim")
    assert (submission.problem, submission.files) == (None, ("homework.py",))


def test_hidden_files_and_leftovers_of_tools_are_no_part_of_it(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    for name in ("__pycache__/homework.py", ".git/hook.py", "._homework.py", ".env/a.py",
                 "venv/lib/a.py", "__MACOSX/homework.py", ".ipynb_checkpoints/a.py"):  # fmt: skip
        put(f"kim/{name}")
    assert read_submission(tmp_path / "kim").files == ("homework.py",)


def test_a_link_within_a_submission_is_not_followed(put: Put, tmp_path: Path) -> None:
    secret, folder = put("secret/answers.py"), tmp_path / "kim"
    put("kim/homework.py", "x = 1")
    (folder / "a.py").symlink_to(secret)
    (folder / "lib").symlink_to(secret.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.py").symlink_to(tmp_path / "nothing")
    submission = read_submission(folder)
    assert submission.files == ("homework.py",)
    assert submission.cells[0].source == "x = 1"


def test_a_broken_file_in_a_folder_of_its_own_name_is_still_a_file(put: Put) -> None:
    assert read_submission(put("kim/kim.py", "")).layout == "file"


def test_a_script_within_a_folder_must_have_a_name_in_utf8(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    (tmp_path / os.fsdecode("kim/보고서.docx".encode("cp949"))).write_text("x")
    assert read_submission(tmp_path / "kim").files == ("homework.py",)
    (tmp_path / os.fsdecode("kim/숙제.py".encode("cp949"))).write_text(HOMEWORK)
    assert "is not UTF-8" in str(read_submission(tmp_path / "kim").problem)


def test_a_flood_of_files_is_refused(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    for number in range(MAX_FILES):
        (tmp_path / "kim" / str(number)).touch()
    assert "more than 2,000 files" in str(read_submission(tmp_path / "kim").problem)


def test_what_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file or folder"):
        read_submission(tmp_path / "nobody.py")


def test_one_s_own_script_brings_along_what_it_imports_and_nothing_else(tmp_path):
    (tmp_path / "homework.py").write_text("from models import Net\n")
    (tmp_path / "models.py").write_text("import layers\n")
    (tmp_path / "layers.py").write_text("x = 1\n")
    (tmp_path / "other.py").write_text("import homework\n")
    submission = read_own_work(tmp_path / "homework.py")
    assert submission.files == ("homework.py", "layers.py", "models.py")
    assert submission.entry == "homework.py"
    assert read_submission(tmp_path / "homework.py").files == ("homework.py",)


REPORTS = [
    ("result.json", "report.html"),
    ("result.json", "report.html", "grading.log"),
    ("results.json", "index.html"),
]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("out", ["kim/torchgrade-report", "kim/lib/out", "kim"])
def test_reports_within_a_submission_are_no_part_of_it(
    put: Put, tmp_path: Path, report: tuple[str, ...], out: str
) -> None:
    put("kim/homework.py")
    before = read_submission(tmp_path / "kim")
    for name in report:
        put(f"{out}/{name}", "{}")
    assert read_submission(tmp_path / "kim") == before


@pytest.mark.parametrize("name", sorted({name for report in REPORTS for name in report}))
def test_half_of_a_report_is_a_file_like_any_other(put: Put, tmp_path: Path, name: str) -> None:
    put("kim/homework.py")
    put(f"kim/site/{name}", "{}")
    assert read_submission(tmp_path / "kim").files == ("homework.py", f"site/{name}")


def test_work_with_its_report_beside_it_is_still_found(put: Put, tmp_path: Path) -> None:
    for name in ("homework.py", "result.json", "report.html"):
        put(f"kim/{name}")
    assert read_submission(tmp_path / "kim").files == ("homework.py",)


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Forbid:
    """Makes `open` or methods of a path fail as for want of permission, for the superuser too."""

    def make(forbidden: Path, *methods: str) -> None:
        def guarded(method: Callable[..., object]) -> Callable[..., object]:
            def call(path: Path | str, *args: object, **keywords: object) -> object:
                if Path(path) == forbidden:
                    raise PermissionError(13, "Permission denied", str(path))
                return method(path, *args, **keywords)

            return call

        for method in methods:
            owner = os if method == "open" else Path
            monkeypatch.setattr(owner, method, guarded(getattr(owner, method)))

    return make


@pytest.mark.parametrize(
    ("source", "problem"),
    [("import models", "models.py cannot be read: Permission denied."), ("x = 1", None)],
)
def test_an_unreadable_script_beside_one_s_own_matters_only_if_imported(
    put: Put, forbid: Forbid, source: str, problem: str | None
) -> None:
    homework = put("homework.py", source)
    forbid(put("models.py"), "open")
    assert read_own_work(homework).problem == problem


@pytest.mark.parametrize("read", [read_own_work, read_submission])
def test_a_name_longer_than_any_is_a_usage_error(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    with pytest.raises(UsageError):
        read(tmp_path / ("n" * 300 + ".py"))


def test_long_names_make_short_ids_that_differ(put: Put) -> None:
    names = [f"{'n' * length}{end}" for length, end in itertools.product((199, 240), "ab")]
    ids = {read_submission(put(f"{name}.py")).id for name in names}
    assert len(ids) == len(names)
    assert {len(each) for each in ids} == {MAX_ID_BYTES}
    assert set(names[:2]) < ids


def test_a_flood_of_bytes_is_refused_and_the_largest_file_named(put: Put, tmp_path: Path) -> None:
    put("kim/homework.py")
    for name, size in (("small.bin", 1 << 20), ("cifar.tar.gz", MAX_BYTES)):
        os.truncate(put(f"kim/{name}"), size)
    submission = read_submission(tmp_path / "kim")
    assert submission.problem == (
        "kim holds 257 MB, and 256 MB are the most; the largest file is cifar.tar.gz with 256 MB. "
        "Move data sets and saved models to another folder and hand in your work alone."
    )
    assert submission.cells == ()


def test_a_flood_of_bytes_is_refused_before_it_is_read(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        os.truncate(put(f"kim/{number}.ipynb"), MAX_BYTES // 4)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    assert "kim holds 320 MB" in str(read_submission(tmp_path / "kim").problem)


def test_as_many_bytes_as_allowed_are_read(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("kim/homework.py")
    monkeypatch.setattr(discovery, "MAX_BYTES", len(HOMEWORK))
    assert read_submission(tmp_path / "kim").problem is None
    put("kim/more.txt", "x")
    assert read_submission(tmp_path / "kim").problem is not None


def test_one_s_own_script_brings_along_the_packages_that_it_imports(put: Put) -> None:
    homework = put("hw5.py", "from src.nets import *\nimport lib")
    put("src/__init__.py")
    put("src/nets.py", f"from .layers import *\nimport utils\n{HOMEWORK}")
    put("src/layers.py")
    put("src/other.py")
    put("lib/__init__.py")
    put("utils.py")
    submission = read_own_work(homework)
    assert (submission.entry, submission.problem) == ("hw5.py", None)
    assert submission.files == (
        "hw5.py", "lib/__init__.py", "src/__init__.py", "src/layers.py", "src/nets.py", "utils.py",
    )  # fmt: skip


def test_a_file_beside_one_s_own_that_nothing_imports_is_not_even_read(
    put: Put, forbid: Forbid
) -> None:
    homework = put("homework.py")
    forbid(put("models.py"), "open", "stat")
    assert read_own_work(homework).files == ("homework.py",)
