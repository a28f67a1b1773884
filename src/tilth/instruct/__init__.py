"""Instructions and preferences: conversations in the common forms, checked turn by turn, paired, and written as models read them."""

from tilth.instruct.balance import LengthBand, balanced
from tilth.instruct.best_answer import BestAnswer, pairs_from_scores
from tilth.instruct.chat_template import ChatTemplate
from tilth.instruct.convert import Messages, ToForm
from tilth.instruct.jinja import JinjaTemplate
from tilth.instruct.messages import MESSAGES
from tilth.instruct.pairs import Pairs, valid_pairs
from tilth.instruct.text_of import TextOf, unique_prompts
from tilth.instruct.turns import Turns, valid_turns

__all__ = [
    "MESSAGES", "BestAnswer", "ChatTemplate", "JinjaTemplate", "LengthBand", "Messages", "Pairs", "TextOf", "ToForm", "Turns", "balanced",
    "pairs_from_scores", "unique_prompts", "valid_pairs", "valid_turns",
]  # fmt: skip
