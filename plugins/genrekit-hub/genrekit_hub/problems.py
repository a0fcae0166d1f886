"""What the Hub, or the way to it, refuses, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from genrekit.errors import BundleError, GenrekitError
from genrekit_hub.address import Address

LOGIN = "hf auth login, or a token in HF_TOKEN; then the same command again"


def explained(error: Exception, address: Address) -> GenrekitError | None:
    """What a definite answer of the Hub means; None of anything else, such as having no network."""
    from huggingface_hub import errors

    match error:
        case errors.GatedRepoError():
            why = "its owners want to be asked first"
            return BundleError(f"{address} is not open to you", why=why, hint=f"ask on its page; {LOGIN}")
        case errors.RepositoryNotFoundError():
            why = "it does not exist, or it is private and you are not logged in as somebody who may see it"
            return BundleError(f"there is no {address}", why=why, hint=LOGIN)
        case errors.RevisionNotFoundError():
            return BundleError(f"there is no {address}", why="the repository has no such branch, tag or commit")
        case errors.RemoteEntryNotFoundError():
            return BundleError(f"{address} holds no genrekit model", why="there is no bundle.json in it")
        case errors.HfHubHTTPError() if error.response.status_code in {401, 403}:
            return BundleError(f"the Hub refuses {address}: {first_line(error)}", hint=LOGIN)
        case _:
            return None


@contextlib.contextmanager
def telling(address: Address, doing: str, hint: str | None = None) -> Iterator[None]:
    """Turns whatever stops ``doing`` into a `GenrekitError`."""
    try:
        yield
    except GenrekitError:
        raise
    except Exception as error:  # its HTTP library's errors have no name that all releases share
        told = explained(error, address)
        raise told or BundleError(f"cannot {doing} {address}: {first_line(error)}", hint=hint) from None


def first_line(error: BaseException) -> str:
    """What went wrong first, in a line: the library wraps it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).strip() or type(error).__name__).splitlines()[0]
