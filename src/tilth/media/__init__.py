"""Images, sounds and films beside text: measured, judged with `Filter`, held against their words, and in their order."""

from tilth.media.audio import AudioSignals
from tilth.media.images import ImageSignals
from tilth.media.interleaved import PARTS, Interleaved
from tilth.media.similarity import ImageText
from tilth.media.video import VideoSignals

__all__ = ["PARTS", "AudioSignals", "ImageSignals", "ImageText", "Interleaved", "VideoSignals"]
