"""Texts as vectors, and what vectors say: which texts are alike, which cluster a text is in, how near it is to a corpus."""

from tilth.embed.cluster import Cluster
from tilth.embed.hashed import HashedEmbedding
from tilth.embed.hashed_svd import HashedSvd
from tilth.embed.kmeans import KMeans
from tilth.embed.sentence import SentenceEmbedding
from tilth.embed.similarity import Centroid, Similarity

__all__ = ["Centroid", "Cluster", "HashedEmbedding", "HashedSvd", "KMeans", "SentenceEmbedding", "Similarity"]
