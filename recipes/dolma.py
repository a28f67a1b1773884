"""The Common Crawl part of Dolma 1.7: C4's and Gopher's rules, toxicity measured, personal data replaced, paragraphs deduplicated.

Sources: Soldaini et al. 2024 (Dolma, arXiv 2402.00159), section 5; of dolma's repository, configs/dolma-v1_6/mixing/cc-head.yaml (rules,
personal data) and configs/dolma-v1_7/sources: ngram_dedupe/cc_head_13_1.yaml, cc_ngram_dedupe_pd_mix.yaml (repeated n-grams).

Not here, and how to give it:
  its two models of hate and obscenity    Tilth's tells toxicity of a document, and nothing is dropped for it; dolma cuts sentences from
                                          0.4 on. Yours: filters.Classify("jigsaw_hatespeech.bin", "hate", "toxic") and a Filter
  CCNet's extraction and perplexity       resiliparse stands in; all of head, middle and tail
  runs of a hundred equal tokens          no step for it
  the test sets it is kept apart from
dolma measures everything on one text and cuts afterwards, and asks Bloom filters; here each step sees what the one before has left.

    tilth run recipes/dolma.py --input 'crawl/*.warc.gz' --out work/dolma
"""

from tilth import Filter, clean, dedup, filters

recipe = [
    clean.HtmlText(),
    *dedup.urls(column="id", form=dedup.UrlForm(False, False, False, False, False, False, False, False)),  # 5.1: the bare URL
    filters.Language(),
    Filter("lang_en >= 0.5", reason="language"),  # 5.1, CCNet's threshold
    filters.C4("dolma"),  # 5.1, "C4 NoPunc": lines without . ? ! " at their end go; so do those of under 3 words, as its tagger counts
    *filters.dolma(),  # cc-head.yaml, gopher_v1; 0.3 for characters in repeated lines
    *dedup.exact(),  # bff_duplicate_docs
    *dedup.dolma_paragraphs(),  # bff_duplicate_paragraph_spans: each line once
    # 1.7: a line repeats if half of its 13-grams do, and 0.3 of a text's characters may be in such lines (dolma weighs them by that share)
    dedup.NgramOverlap("line", ngram=13, threshold=0.5, shortest=1, kept_only=False, documents=False),
    Filter("repeated_line_share <= 0.3", reason="dedupe_para_ngrams_13_1"),
    *filters.toxicity(keep=""),  # measured, not decided
    clean.RedactPii(email=(" |||EMAIL_ADDRESS||| ",), ip=(" |||IP_ADDRESS||| ",), phone=(" |||PHONE_NUMBER||| ",)),
    Filter("pii_emails + pii_ips + pii_phones <= 5", reason="pii_regex_with_counts_fast_v2"),
]
