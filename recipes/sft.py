"""One clean set of conversations, and preference pairs, from instruction sets in any of the common forms.

Conversations are checked turn by turn; of scored answers to one prompt the best stays with the worst beside it; a prompt is asked once;
items of evaluation sets are taken out; languages and lengths are balanced; what is left is written for training, ChatML here.

What to give:
  a column of scores                 TILTH_SFT_SCORE=score       several answers to a prompt then become one and a pair
  evaluation sets, JSON Lines        TILTH_EVALUATION=sets/*.jsonl.gz   the text in TILTH_EVALUATION_TEXT, "question" if not said
  how many conversations to draw     TILTH_SFT_ROWS=10000        evenly over languages and lengths; else all stay

    TILTH_EVALUATION='sets/*.jsonl.gz' tilth run recipes/sft.py --input 'instruct/*.jsonl' --set corpus.text=null --out work/sft

(`corpus.text=null`: their rows have turns, and no text yet.)
"""

import os

from tilth import decontaminate, filters, instruct, learn_from, read

score = os.environ.get("TILTH_SFT_SCORE", "")
evaluation = os.environ.get("TILTH_EVALUATION", "")
items = read.Jsonl(evaluation, text=os.environ.get("TILTH_EVALUATION_TEXT", "question")) if evaluation else None
rows = int(os.environ.get("TILTH_SFT_ROWS", "0"))

recipe = [
    instruct.Messages(),
    *instruct.valid_turns(),
    *(instruct.pairs_from_scores(score) if score else instruct.valid_pairs()),
    *instruct.unique_prompts(jaccard=0.8),
    instruct.TextOf("conversation"),
    *([learn_from(items, decontaminate.NGrams(action="drop"))] if items else ()),
    filters.Language(scores=()),
    *(instruct.balanced(rows) if rows else ()),
    instruct.ChatTemplate("chatml"),
]
