"""Market quality, measure by measure."""
