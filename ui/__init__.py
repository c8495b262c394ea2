"""The page: `app` lays out and wires, `handlers` act, `render` and `source_cards` make HTML."""
