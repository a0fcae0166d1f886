"""Any timm backbone on spectrograms, pretrained or from scratch."""
