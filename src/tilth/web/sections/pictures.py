"""Pictures: some of the images that stayed, with their captions."""

from __future__ import annotations

from tilth.web.markup import Html, joined, tag
from tilth.web.page import lead
from tilth.web.pictures import Picture
from tilth.web.statistics import Statistics

CAPTION = 90  # characters


def pictures(found: Statistics) -> Html:
    """Return the pictures as figures, each with its caption and size."""
    text = "Some of the images that stayed, from all over the corpus, drawn small."
    return joined(lead(text), tag("div", *map(_figure, found.pictures), class_="pictures"))


def _figure(picture: Picture) -> Html:
    said = " ".join(picture.of.text.split())
    said = said if len(said) <= CAPTION else said[:CAPTION] + "…"
    image = tag("img", src=picture.uri, alt=said or "an image without a caption", loading="lazy")
    name = picture.of.id.rpartition("/")[2][-60:]
    size = tag("small", f"{picture.width} × {picture.height}", " ", tag("bdi", name))
    return tag("figure", tag("div", image), tag("figcaption", tag("bdi", said) if said else tag("i", "no caption"), size))
