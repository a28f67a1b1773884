"""DCLM-Baseline: RefinedWeb's heuristics as DCLM reproduced them, n-grams deduplicated as BFF does, the best by a classifier.

Sources: Li et al. 2024 (DCLM, arXiv 2406.11794), section 4 and appendices; of its repository (commit 361714b),
baselines/baselines_configs/dclm_baseline_refinedweb.yaml and fasttext_filter.yaml, dedup/bff/README.md.

Not here, and how to give it:
  its lists of URLs     TILTH_DCLM_BANLISTS=dclm/baselines/mappers/banlists
  its classifier        TILTH_DCLM_MODEL=openhermes_reddit_eli5_vs_rw_v2_bigram_200k_train.bin (mlfoundations/fasttext-oh-eli5). Without
                        it Tilth's own `quality-1` decides, at 0.9: it tells running text from what stands around it, and knows nothing
                        of what DCLM's finds well explained. What is left is then not DCLM-Baseline

    TILTH_DCLM_MODEL=model.bin tilth run recipes/dclm_baseline.py --input 'crawl/*.warc.gz' --out work/dclm
"""

import os

from tilth import Filter, clean, dedup, filters

banlists = os.environ.get("TILTH_DCLM_BANLISTS", "")
model = os.environ.get("TILTH_DCLM_MODEL", "")

address_rules = filters.urls(
    domains=f"{banlists}/refinedweb_banned_domains_curated.txt",
    substrings=f"{banlists}/refinedweb_banned_words_strict_reverse_engineered.txt",
    words=f"{banlists}/refinedweb_banned_words_hard_reverse_engineered.txt",
    soft_words=f"{banlists}/refinedweb_banned_words_soft_reverse_engineered.txt",
    soft_word_threshold=2, variant="dclm", column="id",
) if banlists else ()  # fmt: skip

recipe = [
    *address_rules,
    clean.HtmlText(),  # resiliparse
    clean.RemoveUrls("dclm"),  # url_removal_modifier
    clean.LimitNewlines(),  # newline_removal_modifier: 2
    filters.Language(),
    Filter("lang_en >= 0.65", reason="language_filter"),
    *filters.dclm(remove_urls=False),  # Gopher's quality and repetition; lines edited, 5 % of words at most
    *dedup.bff(ngram=13, threshold=0.8),  # its README, old-both: lines and documents
    *(filters.dclm_quality(model) if model else filters.quality("quality >= 0.9")),  # above 0.018112: a tenth of its pool
]
