"""``genrekit push``."""

from __future__ import annotations

from typing import Annotated

import typer


def push(
    model: Annotated[str, typer.Argument(metavar="RUN|BUNDLE", help="a run folder or a bundle")],
    repository: Annotated[
        str, typer.Argument(metavar="USER/NAME", help="the repository; user/name@branch for another branch than main")
    ],
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="for everybody to see; without it, a repository is made private, and a public one refused"
        ),
    ] = False,
    license: Annotated[
        str | None, typer.Option(metavar="ID", help="the model's license, e.g. apache-2.0 or cc-by-nc-4.0")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="what it was trained on; user/name, if that is on the Hub. none: as recipe"),
    ] = None,
    message: Annotated[str | None, typer.Option("--message", "-m", help="the commit's message")] = None,
    show: Annotated[bool, typer.Option("--show", help="print the model card, and push nothing")] = False,
) -> None:
    """Push a model to a repository of the Hugging Face Hub, with a model card. A new repository is private."""
    from genrekit.cli.problems import show_warning
    from genrekit_hub.address import Address
    from genrekit_hub.push import Push

    prepared = Push.of(model, Address.parse(repository), license, dataset)
    if show:
        print(prepared.readme)
        return
    done = prepared.go(public, message)
    print(f"pushed to {done.url} ({'private' if done.private else 'public'}), commit {done.commit[:12]}")
    print(f"try: genrekit predict SONG --model hf:{prepared.address.repo}@{done.commit}")
    if public and done.private:
        show_warning("the repository was there and is private; its settings on the Hub make it public")
    if license is None:
        show_warning("the model card names no license: nobody may use the model until it does; --license ID")
