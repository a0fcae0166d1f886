"""What mirdata's data sets call their labels, groups and parts, so that recipes need not say it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """Attributes of a track. ``label`` may lead into a table: ``genres.sub_genres``; None: it has no such labels.

    ``group`` is what must not stand on both sides of a split. ``label_end`` is the text at which a label ends.
    """

    label: str | None = None
    group: str | None = None
    part: str | None = None
    fold: str | None = None
    audio: str = "audio_path"
    label_end: str | None = None


KNOWN = {
    "ballroom": Known("genre"),
    "beatport_key": Known("genres.genres", group="artists"),
    "compmusic_carnatic_rhythm": Known("lead_instrument_code", group="artist"),
    "compmusic_hindustani_rhythm": Known("lead_instrument_code", group="artist"),
    "compmusic_indian_tonic": Known("type", group="artist"),
    "compmusic_raga": Known("raga", group="artist"),
    "egfxset": Known("effect"),
    "freesound_one_shot_percussive_sounds": Known("tags"),
    "giantsteps_key": Known("genres.genres", group="artists"),
    "giantsteps_tempo": Known("genre"),
    "good_sounds": Known("instrument"),
    "groove_midi": Known("style", group="drummer", part="split", label_end="/"),
    "gtzan_genre": Known("genre"),
    "guitarset": Known("style", group="player_id", audio="audio_mic_path"),
    "idmt_smt_audio_effects": Known("fx_type"),
    "irmas": Known("instrument", part="split"),
    "jtd": Known("instrument", group="musician"),
    "maestro": Known("canonical_composer", group="canonical_title", part="split"),
    "medley_solos_db": Known("instrument", group="song_id", part="subset"),
    "medleydb_melody": Known("genre", group="artist"),
    "medleydb_pitch": Known("instrument", group="artist"),
    "mridangam_stroke": Known("stroke_name", group="tonic"),
    "mtg_jamendo_autotagging_moodtheme": Known("tags", group="artist_id"),
    "openmic2018": Known("instruments", group="artist", part="split"),
    "orchset": Known("predominant_melodic_instruments", group="composer", audio="audio_path_mono"),
    "rwc_jazz": Known("instruments", group="artist"),
    "salami": Known("genre", group="artist"),
    "slakh": Known("instrument", group="mtrack_id", part="split"),
    "tinysol": Known("instrument_full", fold="split"),
    "tonas": Known("style", group="singer"),
}

OTHERS = (
    "acousticbrainz_genre", "baf", "beatles", "billboard", "brid", "candombe", "cante100", "cipi",
    "compmusic_carnatic_varnam", "compmusic_iamms", "compmusic_jingju_acappella", "compmusic_otmm_makam", "cuidado",
    "da_tacos", "dagstuhl_choirset", "dali", "filosax", "fma_keys", "four_way_tabla", "hainsworth", "haydn_op20",
    "ikala", "mdb_stem_synth", "phenicx_anechoic", "queen", "rwc_classical", "rwc_popular",
    "saraga_carnatic", "saraga_hindustani", "scms", "simac", "tonality_classicaldb", "vocadito",
)  # fmt: skip
"""Data sets of mirdata's that are not made for such labels; recipes may say which attribute to take."""

NAMES = sorted({*KNOWN, *OTHERS})

PARTS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
"""What data sets call their parts -> what genrekit does. Of other names, clips have no part."""
