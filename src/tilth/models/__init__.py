"""The small models that ship with Tilth; docs/models has a card for each, models/train.py makes them."""
