"""From loaded examples to what the network learns from: features, augmented and mixed, and their targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.augmentation import augment, mix
from genrekit.component import Augmenter, Mixer
from genrekit.ensemble import Channels, picked
from genrekit.features import Featurizer, Group
from genrekit.profile import Profile
from genrekit.training.batches import Draft, Partners

if TYPE_CHECKING:
    import torch


def in_order(augmenters: Sequence[Augmenter]) -> list[Augmenter]:
    """Those that change waveforms come first."""
    return sorted(augmenters, key=lambda augmenter: augmenter.on == "features")


@dataclass(frozen=True)
class Inputs:
    """``chain`` is the augmenters `in_order`, ``targets`` float32 [examples, labels] those of the training part."""

    featurizer: Featurizer
    chain: Sequence[Augmenter]
    targets: torch.Tensor
    profile: Profile
    channels: Channels | None = None
    """Those of the features that the network sees; the others are not changed only to be left out. None: all."""

    def __call__(self, draft: Draft) -> tuple[torch.Tensor, torch.Tensor]:
        """Features float32 [n, channels, bins, frames] and targets [n, labels], on the training device."""
        with self.profile("features"):
            batch, targets = self._featurized(draft)
        with self.profile("augment"):
            return self._on_features(draft, batch, targets, len(self.chain))

    @property
    def _waveform_end(self) -> int:
        return sum(augmenter.on == "waveform" for augmenter in self.chain)

    def _featurized(self, draft: Draft) -> tuple[torch.Tensor, torch.Tensor]:
        if self.featurizer.stage == "features":
            return self._seen(self.featurizer(draft.windows)), self._targets(draft)
        groups, targets = self._waveforms(draft, self._waveform_end)
        return self._seen(self.featurizer.of_groups(groups)), targets

    def _seen(self, features: torch.Tensor) -> torch.Tensor:
        return features if self.channels is None else picked(features, self.channels)

    def _waveforms(self, draft: Draft, end: int) -> tuple[list[Group], torch.Tensor]:
        """Waveforms, by their length, that have gone through ``chain[:end]``."""
        groups, targets = self.featurizer.grouped(draft.windows), self._targets(draft)
        for place, augmenter in enumerate(self.chain[:end]):
            if not isinstance(augmenter, Mixer):
                changed = [augment(g.waveforms, augmenter, [draft.rngs[row] for row in g.rows]) for g in groups]
                groups = [Group(g.rows, batch) for g, batch in zip(groups, changed, strict=True)]
            elif place in draft.partners:
                groups, targets = self._mix_groups(draft, place, augmenter, groups, targets)
        return groups, targets

    def _mix_groups(
        self, draft: Draft, place: int, mixer: Mixer, groups: list[Group], targets: torch.Tensor
    ) -> tuple[list[Group], torch.Tensor]:
        """Each group mixed with its partners, which are cropped or zero-padded to its length."""
        partners = draft.partners[place]
        others, other_targets = self._waveforms(partners.draft, place)
        waveforms = {row: wave for other in others for row, wave in zip(other.rows, other.waveforms, strict=True)}
        mixed = []
        for group in groups:
            batch = group.waveforms
            inside = [number for number, row in enumerate(partners.rows) if row in group.rows]
            if inside:
                rows = [partners.rows[number] for number in inside]
                rngs, local = [draft.rngs[row] for row in rows], [group.rows.index(row) for row in rows]
                fitted = _stacked([waveforms[number] for number in inside], batch.shape[-1])
                batch, shares = mix(batch, mixer, fitted, rngs, local)
                targets = _mixed_targets(targets, other_targets[inside], rows, shares)
            mixed.append(Group(group.rows, batch))
        return mixed, targets

    def _on_features(
        self, draft: Draft, batch: torch.Tensor, targets: torch.Tensor, end: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What those of ``chain[:end]`` that change features make of them."""
        for place in range(self._waveform_end, end):
            augmenter = self.chain[place]
            if not isinstance(augmenter, Mixer):
                batch = augment(batch, augmenter, draft.rngs)
            elif place in draft.partners:
                batch, targets = self._mix(draft, draft.partners[place], place, augmenter, batch, targets)
        return batch, targets

    def _mix(
        self, draft: Draft, partners: Partners, place: int, mixer: Mixer, batch: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        others, other_targets = self._on_features(partners.draft, *self._featurized(partners.draft), place)
        batch, shares = mix(batch, mixer, others, [draft.rngs[row] for row in partners.rows], partners.rows)
        return batch, _mixed_targets(targets, other_targets, partners.rows, shares)

    def _targets(self, draft: Draft) -> torch.Tensor:
        return self.targets[draft.indices].to(self.featurizer.device)


def _stacked(waveforms: Sequence[torch.Tensor], length: int) -> torch.Tensor:
    import torch
    from torch.nn import functional

    return torch.stack([functional.pad(wave, (0, length - len(wave))) for wave in waveforms])


def _mixed_targets(
    targets: torch.Tensor, others: torch.Tensor, rows: Sequence[int], shares: torch.Tensor
) -> torch.Tensor:
    """``targets`` with those of ``rows`` mixed with ``others`` [rows, labels]: ``shares`` [rows] is what they keep."""
    import torch

    at = torch.tensor(rows, device=targets.device)
    return targets.index_copy(0, at, torch.lerp(others, targets[at], shares.to(targets)[:, None]))
