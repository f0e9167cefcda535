"""`torchgrade data`: the data sets on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataRoot = Annotated[
    Path | None,
    typer.Option(
        envvar="TORCHGRADE_DATA", help="Where data sets lie [default: the user's cache directory]"
    ),
]

data_app = typer.Typer(help="The data sets on this machine.", no_args_is_help=True)

# As in grader.cli.app, a command imports what it needs.


@data_app.command("info")
def data_info(data_root: DataRoot = None) -> None:
    """Which data sets are on this machine."""
    from rich.console import Console
    from rich.markup import escape

    from grader.data import default_data_root, list_stores

    console = Console()
    root = data_root or default_data_root()
    console.print(f"Data sets in {escape(str(root))}:", highlight=False, soft_wrap=True)
    stores = list_stores(root)
    for store in stores:
        console.print(
            f"  {store.name}: {escape(store.description)} ({store.fingerprint[:12]})",
            highlight=False,
        )
    if not stores:
        console.print("  none yet; the built-in synthetic data is made when it is first needed.")


@data_app.command("fetch")
def data_fetch(data_root: DataRoot = None) -> None:
    """Download CIFAR-10 through torchvision."""
    from rich.console import Console
    from rich.markup import escape

    from grader.data import fetch_cifar10

    store = fetch_cifar10(data_root)
    Console().print(f"Ready: {escape(store.description)}", highlight=False)


@data_app.command("import")
def data_import(
    source: Annotated[
        Path, typer.Argument(help="The official archive, or a folder train/CLASS, test/CLASS.")
    ],
    data_root: DataRoot = None,
) -> None:
    """Import CIFAR-10 or an image folder, once."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    from grader.data import import_directory

    console = Console()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Reading images", total=None)
        store = import_directory(
            source,
            data_root,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    console.print(f"Ready: {escape(store.description)}", highlight=False)
