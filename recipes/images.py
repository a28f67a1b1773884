"""Image-text pairs made clean: pictures that are large, of a usual shape and sharp, captions that say something, each picture once.

    tilth run recipes/images.py --input 'shards/*.tar' --out work/images

Files that are no image, broken, or larger than 50 million pixels go to quarantine. The pairs that stay are written as WebDataset shards.
With a CLIP model, TILTH_CLIP=clip-ViT-B-32 (extra `sentence`), pairs stay whose picture and caption are at least 0.28 alike.

Sources: Schuhmann et al. 2021, 2022 (LAION: captions of 5 characters, files of 5 kB, similarity 0.3 and 0.28); Gadre et al. 2023
(DataComp, arXiv 2304.14108: the shorter side 200 pixels, aspect at most 3, captions of two words and 5 characters).
The bound of sharpness is ours.
"""

import os

from tilth import Filter, dedup, filters, media
from tilth.write import Parquet, WebDataset

model = os.environ.get("TILTH_CLIP", "")

recipe = [
    media.ImageSignals(),
    Filter("image_width is not null", reason="no image"),
    Filter("image_width >= 200 and image_height >= 200", reason="image too small"),
    Filter("1 / 3 <= image_aspect <= 3", reason="image too long"),
    Filter("image_blur >= 20", reason="image out of focus"),
    filters.Matches(r"(?s).{5}", name="caption_long"),
    filters.Matches(r"\S\s+\S", name="caption_words"),
    Filter("caption_long and caption_words", reason="caption says nothing"),
    *dedup.perceptual(distance=8),
    *((media.ImageText(model), Filter("image_text_similarity >= 0.28", reason="caption of something else")) if model else ()),
]
between = ("image_hash", "caption_long", "caption_words")
write = [Parquet(without=("image", "audio", "video", *between)), WebDataset(without=between)]
