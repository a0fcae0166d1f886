"""``genrekit recipe``: check, show and describe recipes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from genrekit.recipe import Recipe

File = Annotated[Path, typer.Argument(metavar="FILE", help="the recipe, a TOML file")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change an option, e.g. train.epochs=3")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    recipe = typer.Typer(help="Check, show and describe recipes.", no_args_is_help=True)
    recipe.command()(check)
    recipe.command()(show)
    recipe.command()(schema)
    app.add_typer(recipe, name="recipe")


def check(
    file: File,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="build features and model too, and run silence")] = False,
    classes: Annotated[int, typer.Option(min=2, help="how many labels the dry run assumes")] = 10,
) -> None:
    """Say whether a recipe is valid; all that is wrong at once, with file and line. Reads no audio."""
    from genrekit.recipe import load

    recipe = load(file, overrides or ())
    print(f"{file}: ok: {_summary(recipe)}")
    if dry_run:
        _report_dry_run(recipe, classes)


def show(file: File, overrides: Overrides = None) -> None:
    """Print a recipe with every default written out and every path resolved."""
    from genrekit.recipe import dump, load

    print(dump(load(file, overrides or ())), end="")


def schema() -> None:
    """Print the JSON schema of recipes for what is installed here.

    Editors complete and check recipes with it: write it to recipe.schema.json and put, for Taplo and Even Better TOML,
    the line "#:schema ./recipe.schema.json" on top of the recipe.
    """
    import json

    from genrekit.plugins import installed
    from genrekit.recipe.schema import recipe_schema

    print(json.dumps(recipe_schema(installed().registry), indent=2, ensure_ascii=False))


def _summary(recipe: Recipe) -> str:
    steps = [recipe.dataset.use, recipe.split.use, recipe.features.use, *(step.use for step in recipe.augment)]
    train = f"{recipe.train.optimizer.use}, {recipe.train.epochs} epochs in batches of {recipe.train.batch_size}"
    return f"{recipe.name}: {' > '.join([*steps, recipe.model.use])}; {train}"


def _report_dry_run(recipe: Recipe, classes: int) -> None:
    from genrekit.recipe.dry_run import dry_run

    seen = dry_run(recipe, classes)
    rate = recipe.features.sample_rate
    print(f"  {recipe.features.use}: {seen.samples} samples ({seen.samples / rate:.2f} s) -> {list(seen.shape)}")
    networks = f"{seen.networks} × " if seen.networks > 1 else ""
    print(f"  {networks}{recipe.model.use}: {list(seen.shape)} -> {classes} labels, {seen.parameters:,} parameters")
