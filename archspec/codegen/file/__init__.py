"""The file around the definitions: names admitted, imports, copies, templates, the last gate."""
