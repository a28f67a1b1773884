"""Plain sentences that name groups of people, written for this: so that a name alone is not taken for an insult.

Dixon et al., "Measuring and Mitigating Unintended Bias in Text Classification" (AIES 2018), add texts that are not toxic in which such
names stand. The sentences that test are others than those that train.
"""

from __future__ import annotations

NAMES = (
    "gay", "lesbian", "bisexual", "straight", "queer", "transgender", "homosexual", "Black", "white", "brown", "African", "Asian", "Arab",
    "Chinese", "Indian", "Mexican", "Latino", "Native American", "Irish", "Polish", "Jewish", "Muslim", "Christian", "Catholic", "Hindu",
    "Buddhist", "Sikh", "atheist", "deaf", "blind", "disabled", "autistic", "old", "young", "poor", "immigrant", "refugee", "female",
    "feminist", "conservative", "liberal",
)  # fmt: skip
TRAIN = (
    "I am {}.", "He is a {} teacher from Ohio.", "They are {}, and so are their parents.", "She grew up in a {} family.",
    "Most of my friends are {}.", "The first {} mayor of the city was elected last year.", "A {} couple bought the house next door.",
    "There is a {} church, a school and two shops on that road.", "Many {} people live in this part of town.",
    "The museum shows works by {} artists.", "As a {} person I was glad to read this.", "My son told me that he is {}.",
    "Our new doctor is {} and very kind.", "It is a film about a {} boy and his dog.", "What do {} voters think about the new law?",
    "{} students asked for a room of their own to meet in.", "The paper spoke to three {} women about their work.", "Her {} husband cooks.",
    "The article is about {} workers in the nineteenth century.", "We invited {} and other groups to the meeting.",
    "I have two {} colleagues.", "Being {} is no reason to be turned away.", "The {} community held a market on Sunday.",
    "He was asked whether he was {}, and he said yes.",
)  # fmt: skip
TEST = (
    "My neighbour is a {} man.", "She said that she is {}.", "The club has many {} members.", "We spoke with {} families in the town.",
    "A {} woman runs the bakery at the corner.", "He wrote a book about {} history.",
)  # fmt: skip
COPIES = 3  # of each sentence that trains: they are few beside the posts


def training() -> list[str]:
    return [line.format(name) for line in TRAIN for name in NAMES] * COPIES


def tests(name: str) -> list[str]:
    return [line.format(name) for line in TEST]
