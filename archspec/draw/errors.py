"""What is raised where a picture cannot be drawn."""

from __future__ import annotations


class DrawError(Exception):
    """A picture cannot be drawn."""
