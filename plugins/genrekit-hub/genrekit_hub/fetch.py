"""From a repository to a folder here: what prediction needs, once; from then on it is in huggingface_hub's cache."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from genrekit import bundle
from genrekit.errors import BundleError
from genrekit_hub.address import Address
from genrekit_hub.problems import explained, first_line, telling

LOG = logging.getLogger("genrekit_hub")

RESUMES = "what has come is kept: the same command goes on where it stopped"


def fetch(address: Address) -> Path:
    """A folder with ``bundle.json`` and the model itself: the graph or, where there is none, the weights.

    All files are of one commit. Without an answer of the Hub the cache's newest state is taken, and that is said; of a
    commit that is in the cache the Hub is not even asked. Raises `BundleError`.
    """
    return _cached_commit(address) or _asked(address)


def _cached_commit(address: Address) -> Path | None:
    return _cached(address) if address.fixed else None


def _asked(address: Address) -> Path:
    unreachable = _refused(address)
    if unreachable is None:
        return _downloaded(address)
    folder = _cached(address)
    if folder is None:
        why = f"the Hub cannot be reached: {unreachable}"
        hint = "with a network, the same command fetches it; from then on none is needed"
        raise BundleError(f"{address} is not on this machine", why=why, hint=hint)
    LOG.warning("the Hub cannot be reached (%s): taking %s as of commit %s", unreachable, address, folder.name[:12])
    return folder


def _refused(address: Address) -> str | None:
    """None if the Hub has the model; why it gives no answer otherwise. Raises `BundleError` if its answer is no."""
    from huggingface_hub import HfApi, hf_hub_url

    api: Any = HfApi()
    try:
        about = api.get_hf_file_metadata(url=hf_hub_url(address.repo, bundle.MANIFEST, revision=address.revision))
    except Exception as error:  # its HTTP library's errors have no name that all releases share
        told = explained(error, address)
        if told is not None:
            raise told from None
        return first_line(error)
    if (about.size or 0) > bundle.MAX_MANIFEST_BYTES:
        raise BundleError(f"the bundle.json of {address} is refused: it has {about.size} bytes")
    return None


def _downloaded(address: Address) -> Path:
    from huggingface_hub import hf_hub_download

    with telling(address, "fetch", RESUMES):
        folder = Path(hf_hub_download(address.repo, bundle.MANIFEST, revision=address.revision)).parent
        # By its commit, the second file is of the same state whatever is pushed meanwhile.
        hf_hub_download(address.repo, model_file(folder), revision=folder.name)
    return folder


def _cached(address: Address) -> Path | None:
    """The folder, if all that is needed is in the cache."""
    manifest = _in_cache(address, bundle.MANIFEST, address.revision)
    if manifest is None:
        return None
    folder = manifest.parent
    return folder if _in_cache(address, model_file(folder), folder.name) else None


def _in_cache(address: Address, name: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(address.repo, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


def model_file(folder: Path) -> str:
    """The one file that prediction needs beside the manifest."""
    return bundle.ONNX if bundle.ONNX in bundle.read_manifest(folder).files else bundle.WEIGHTS
