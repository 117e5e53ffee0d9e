"""Python as it is emitted: trees with marks, and the one place that makes text of them.

Nothing outside this folder knows how wide a line is, or what stands before it.
"""
