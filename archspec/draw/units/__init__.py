"""What there is to draw: fused layers, blocks of them, equal neighbours, stages."""
