"""Try values of vars and choose by figures, before anything is built.

Run it: `python examples/sweep.py`.

Loading checks a network and counts it; no weight is allocated and torch is not imported.
"""

from itertools import product

import archspec

BUDGET = 2_500_000
"""Parameters that the network may have."""


def main() -> None:
    """Find the network within the budget that multiplies most."""
    within = []
    for width, side in product((0.5, 0.75, 1.0, 1.25), (96, 128, 160)):
        net = archspec.load("mobilenet_v2", width=width, num_classes=100, input=(3, side, side))
        fits = net.parameters <= BUDGET
        print(
            f"width {width:4} side {side}: {net.parameters:>9,} parameters, "
            f"{net.macs:>11,} MACs{'' if fits else '  too large'}"
        )
        if fits:
            within.append((net.macs, width, side))
    macs, width, side = max(within)
    print(f"chosen: width {width}, side {side}, {macs:,} MACs")


if __name__ == "__main__":
    main()
