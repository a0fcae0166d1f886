"""The likeliest mistakes in a recipe, each a change of one that works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """``old`` in the recipe becomes ``new``; or ``overrides`` are typed after ``--set``."""

    what: str
    old: str = ""
    new: str = ""
    overrides: tuple[str, ...] = ()

    def made_in(self, recipe: str) -> str:
        assert recipe.count(self.old) == 1 or not self.old, self
        return recipe.replace(self.old, self.new) if self.old else recipe + self.new


RECIPE = """\
name = "songs"
seed = 1

[dataset]
use = "folder"
root = "songs"

[split]
use = "random"
validation = 0.15
test = 0.2

[features]
use = "log-mel"
sample_rate = 22050
n_fft = 1024
hop_length = 512
n_mels = 64
frames = 128

[[augment]]
use = "time-mask"
max_frames = 20

[model]
use = "crnn"
channels = [16, 32, 64]
dropout = 0.3

[train]
epochs = 15
batch_size = 16
optimizer = { use = "adam", lr = 2e-3 }
scheduler = { use = "cosine" }
stop_early = { patience = 6 }

[[evaluate]]
use = "classification"
"""

TRAIN = "epochs = 15"
MISTAKES = (
    # Names of options and tables.
    Mistake("an option misspelt", "hop_length", "hop_lenght"),
    Mistake("an option of another library", "hop_length", "hop_size"),
    Mistake("an option in another case", "n_mels", "N_mels"),
    Mistake("an option with a hyphen", "batch_size = 16", "batch-size = 16"),
    Mistake("an option in the wrong table", TRAIN, "epochs = 15\nlr = 1e-3"),
    Mistake(
        "the learning rate beside the optimizer", 'optimizer = { use = "adam", lr = 2e-3 }', "learning_rate = 2e-3"
    ),
    Mistake("a table misspelt", "[features]", "[feature]"),
    Mistake("a table of another name", "[train]", "[training]"),
    Mistake("an option before its table", "[split]", "validation = 0.1\n[split]"),
    Mistake("an option above the first table", 'name = "songs"', 'name = "songs"\nepochs = 3'),
    # Names of components.
    Mistake("a component misspelt", '"crnn"', '"crrn"'),
    Mistake("a component by its class", '"crnn"', '"CRNN"'),
    Mistake("a component with an underscore", '"log-mel"', '"log_mel"'),
    Mistake("a component that a plugin brings", '"crnn"', '"timm"'),
    Mistake("a component that nobody has", '"crnn"', '"gpt"'),
    Mistake("a component of another kind", '"crnn"', '"adam"'),
    Mistake("no component named", 'use = "crnn"\n', ""),
    Mistake("a component's name where its table belongs", 'scheduler = { use = "cosine" }', 'scheduler = "cosine"'),
    Mistake("name instead of use", 'use = "crnn"', 'name = "crnn"'),
    # Tables and arrays.
    Mistake("one augmenter without double brackets", "[[augment]]", "[augment]"),
    Mistake("a model in double brackets", "[model]", "[[model]]"),
    Mistake("a table twice", "[[evaluate]]", "[train]\n[[evaluate]]"),
    Mistake("a key twice", TRAIN, "epochs = 15\nepochs = 20"),
    Mistake("no data set", '[dataset]\nuse = "folder"\nroot = "songs"\n', ""),
    Mistake("no name", 'name = "songs"\n', ""),
    Mistake("a needed option left out", 'root = "songs"\n', ""),
    # Types.
    Mistake("a number in quotes", TRAIN, 'epochs = "15"'),
    Mistake("a fraction where a whole number belongs", TRAIN, "epochs = 1.5"),
    Mistake("a whole number written as a fraction", TRAIN, "epochs = 15.0"),
    Mistake("true where a number belongs", TRAIN, "epochs = true"),
    Mistake("True as Python has it", TRAIN, "epochs = 15\ndevice = None"),
    Mistake("a path without quotes", '"songs"\n\n[split]', "songs\n\n[split]"),
    Mistake("a Windows path", 'root = "songs"', 'root = "C:\\Users\\me\\songs"'),
    Mistake("a list where one value belongs", "n_mels = 64", "n_mels = [64]"),
    Mistake("one value where a list belongs", "channels = [16, 32, 64]", "channels = 64"),
    Mistake("a word that is none of those known", TRAIN, 'epochs = 15\nprecision = "fp16"'),
    Mistake("a device with its number", TRAIN, 'epochs = 15\ndevice = "cuda:0"'),
    # Ranges.
    Mistake("nothing to train", TRAIN, "epochs = 0"),
    Mistake("a share in percent", "validation = 0.15", "validation = 15"),
    Mistake("shares beyond all", "validation = 0.15", "validation = 0.9"),
    Mistake("a learning rate below zero", "lr = 2e-3", "lr = -2e-3"),
    Mistake("a sample rate in kHz", "sample_rate = 22050", "sample_rate = 22.05"),
    Mistake("a sample rate of nothing", "sample_rate = 22050", "sample_rate = 44"),
    Mistake("more threads than any machine has", TRAIN, "epochs = 15\nthreads = 100000"),
    Mistake("a name with a space", '"songs"\nseed', '"my songs"\nseed'),
    Mistake("a seed below zero", "seed = 1", "seed = -1"),
    Mistake("not a number", "dropout = 0.3", "dropout = nan"),
    # What does not fit together.
    Mistake("a hop longer than the window", "hop_length = 512", "hop_length = 4096"),
    Mistake("too few frames for the model", "frames = 128", "frames = 2"),
    Mistake("more mel bands than bins", "n_fft = 1024", "n_fft = 64"),
    Mistake("a frequency beyond what the sample rate holds", "n_mels = 64", "n_mels = 64\nf_max = 20000.0"),
    Mistake("a mask whose bounds are crossed", "max_frames = 20", "min_frames = 30\nmax_frames = 20"),
    Mistake("several labels' evaluator for a loss of one", 'use = "classification"', 'use = "multi-label"'),
    Mistake("thresholds where clips have one label", "[[evaluate]]", "[answers]\nthresholds = 0.5\n[[evaluate]]"),
    Mistake(
        "two ways to abstain", "[[evaluate]]", "[answers]\nabstain_below = 0.5\nabstain_accuracy = 0.9\n[[evaluate]]"
    ),
    Mistake("a plugin required that is not installed", "seed = 1", 'seed = 1\nrequires = ["genrekit-wavelet>=1"]'),
    # Syntax.
    Mistake("a colon for an equals sign", TRAIN, "epochs: 15"),
    Mistake("no value", TRAIN, "epochs ="),
    Mistake("a string that is not closed", 'name = "songs"', 'name = "songs'),
    Mistake("a bracket that is not closed", "[model]", "[model"),
    Mistake("an inline table over two lines", '{ use = "adam", lr = 2e-3 }', '{ use = "adam",\n  lr = 2e-3 }'),
    Mistake("a comment with slashes", TRAIN, "epochs = 15 // enough"),
    Mistake("a thousands separator", "sample_rate = 22050", "sample_rate = 22,050"),
    # The command line.
    Mistake("--set without a value", overrides=("train.epochs",)),
    Mistake("--set with an unknown key", overrides=("train.epoch=3",)),
    Mistake("--set with a wrong value", overrides=("train.epochs=many",)),
    Mistake("--set of what an array holds", overrides=("augment.max_frames=3",)),
    Mistake("--set beyond an array's end", overrides=("augment.4.max_frames=3",)),
    Mistake("--set through a value", overrides=("train.epochs.first=3",)),
    Mistake("a variable that is not set", 'root = "songs"', 'root = "$GENREKIT_NOT_SET/songs"'),
)
