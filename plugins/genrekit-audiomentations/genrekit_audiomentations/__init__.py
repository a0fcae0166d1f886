"""Every waveform transform of audiomentations as an augmenter."""
