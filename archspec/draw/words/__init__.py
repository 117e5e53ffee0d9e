"""What a picture says of ops, layers and blocks: titles, details, tooltips."""
