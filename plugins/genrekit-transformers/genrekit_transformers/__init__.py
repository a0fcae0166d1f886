"""AST, wav2vec2, HuBERT, WavLM and Whisper encoders, frozen or fine-tuned."""
