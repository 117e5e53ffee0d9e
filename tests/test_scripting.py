"""TorchScript, whole graphs, copies, `meta`: what people do to a module, done to random ones."""
