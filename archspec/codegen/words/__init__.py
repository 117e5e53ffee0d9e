"""What docstrings say: of the network, of blocks, of shapes and sides that fit.

What is said holds for every size and argument, or is not said.
"""
