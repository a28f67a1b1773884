"""Texts as vectors, and what vectors say: which texts are alike, which cluster a text is in, how near it is to a corpus."""

from tilth.embed.hashed import HashedEmbedding
from tilth.embed.hashed_svd import HashedSvd
from tilth.embed.kmeans import KMeans
from tilth.embed.nearest_cluster import NearestCluster
from tilth.embed.sentence import SentenceEmbedding
from tilth.embed.similarity import Centroid, Similarity

__all__ = ["Centroid", "HashedEmbedding", "HashedSvd", "KMeans", "NearestCluster", "SentenceEmbedding", "Similarity"]
