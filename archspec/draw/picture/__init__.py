"""Units become a scene: every choice of what is shown, and where, is made here."""
