"""What the uses of one block have in common: their children side by side, and one formula for all.

It knows no text of Python.
"""
