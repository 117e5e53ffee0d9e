"""A scene becomes DOT, and DOT an image; no choice of what is shown is made here."""
