"""Quality filters: steps that measure, and composites that measure and decide with `Filter` rules."""

from tilth.filters.bad_words import BadWords, bad_words
from tilth.filters.c4 import C4, c4
from tilth.filters.classify import Classify
from tilth.filters.code import Code, code
from tilth.filters.dolma import dolma
from tilth.filters.fineweb import fineweb
from tilth.filters.fineweb2 import fineweb2
from tilth.filters.fineweb_quality import FineWebQuality, fineweb_quality
from tilth.filters.gopher_quality import GopherQuality, gopher_quality
from tilth.filters.gopher_repetition import GopherRepetition, gopher_repetition
from tilth.filters.groups import Mentions, Terms
from tilth.filters.language import Language
from tilth.filters.language_thresholds import LanguageThresholds
from tilth.filters.languages import Languages
from tilth.filters.learn_classifier import LearnClassifier
from tilth.filters.matches import Matches
from tilth.filters.measure import Measure
from tilth.filters.nemo import CharacterRatios, nemo
from tilth.filters.page_length import PageLength
from tilth.filters.parameters import fineweb2_parameters
from tilth.filters.perplexity import LearnNgrams, Perplexity
from tilth.filters.refinedweb import dclm, refinedweb
from tilth.filters.shipped import dclm_quality, quality, toxicity
from tilth.filters.stop_words import StopWords, stop_words
from tilth.filters.thresholds import Thresholds
from tilth.filters.url import Urls, urls

__all__ = [
    "C4",
    "BadWords",
    "CharacterRatios",
    "Classify",
    "Code",
    "FineWebQuality",
    "GopherQuality",
    "GopherRepetition",
    "Language",
    "LanguageThresholds",
    "Languages",
    "LearnClassifier",
    "LearnNgrams",
    "Matches",
    "Measure",
    "Mentions",
    "PageLength",
    "Perplexity",
    "StopWords",
    "Terms",
    "Thresholds",
    "Urls",
    "bad_words",
    "c4",
    "code",
    "dclm",
    "dclm_quality",
    "dolma",
    "fineweb",
    "fineweb2",
    "fineweb2_parameters",
    "fineweb_quality",
    "gopher_quality",
    "gopher_repetition",
    "nemo",
    "quality",
    "refinedweb",
    "stop_words",
    "toxicity",
    "urls",
]
