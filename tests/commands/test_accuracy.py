"""The accuracies that `archspec list` shows are those that torchvision states."""

from __future__ import annotations

import pytest
from torchvision import models

from archspec.commands.accuracy import OTHER_WEIGHTS, TOP1, WEIGHTS
from archspec.reading import bundled_names


@pytest.mark.parametrize("name", TOP1)
def test_the_figure_is_torchvision_s(name: str) -> None:
    weights = models.get_model_weights(name)
    assert (WEIGHTS in weights.__members__) != (name in OTHER_WEIGHTS)
    metrics = weights[OTHER_WEIGHTS.get(name, WEIGHTS)].meta["_metrics"]["ImageNet-1K"]
    assert metrics["acc@1"] == TOP1[name]


def test_no_bundled_network_of_torchvision_s_is_left_out() -> None:
    assert set(bundled_names()) & set(models.list_models(models)) <= set(TOP1)
