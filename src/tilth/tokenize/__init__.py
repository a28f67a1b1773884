"""Train tokenizers, encode, and pack tokens into shards in which every token leads back to its document."""

from tilth.tokenize.bpe import Bpe
from tilth.tokenize.encode import Encode
from tilth.tokenize.pack import Pack
from tilth.tokenize.sequences import open_shards
from tilth.tokenize.shards import TokenShards

__all__ = ["Bpe", "Encode", "Pack", "TokenShards", "open_shards"]
