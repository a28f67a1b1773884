"""Words that stand for each other: what a counterfactual text has instead."""

from __future__ import annotations

from dataclasses import dataclass

from tilth.errors import RecipeError
from tilth.segment import words


@dataclass(frozen=True)
class Pair:
    """`a` becomes `b`, and, unless it goes `one_way`, `b` becomes `a`; `alone` is what `a` becomes where no noun of its own follows.

    A word in small letters is meant in small letters, with a capital, and in capitals; one with a capital, as a name has it, is never
    meant in small letters: "Mark" is no "mark". Raises RecipeError where what is looked for is not one word.

    >>> Pair("her", "his", alone="him", one_way=True).a
    'her'
    """

    a: str
    b: str
    alone: str = ""
    one_way: bool = False

    def __post_init__(self) -> None:
        odd = [word for word in ((self.a,) if self.one_way else (self.a, self.b)) if len(words(word, "en", "unicode")) != 1]
        if odd or not self.b.strip() or self.a == self.b:
            why = f"{odd[0]!r} is not one word" if odd else f"{self.a!r} becomes {self.b!r}"
            raise RecipeError("This pair cannot be swapped.", where=repr(self), why=why, fix='bias.Pair("king", "queen")')


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple(Pair(a, b) for a, _, b in (pair.partition("/") for pair in text.split()))


ENGLISH = (
    Pair("her", "his", alone="him", one_way=True), Pair("his", "her", alone="hers", one_way=True),
    Pair("him", "her", one_way=True), Pair("hers", "his", one_way=True),
    Pair("Miss", "Mr", one_way=True), Pair("Mrs", "Mr", one_way=True), Pair("Mr", "Ms"), Pair("ma'am", "sir", one_way=True),
    *_pairs(
        "he/she himself/herself man/woman men/women boy/girl boys/girls male/female males/females gentleman/lady gentlemen/ladies "
        "father/mother fathers/mothers dad/mom dads/moms daddy/mommy papa/mama son/daughter sons/daughters brother/sister brothers/sisters "
        "husband/wife husbands/wives uncle/aunt uncles/aunts nephew/niece nephews/nieces grandfather/grandmother grandfathers/grandmothers "
        "grandpa/grandma grandson/granddaughter grandsons/granddaughters godfather/godmother stepfather/stepmother stepson/stepdaughter "
        "stepbrother/stepsister boyfriend/girlfriend boyfriends/girlfriends bridegroom/bride widower/widow widowers/widows lad/lass "
        "sir/madam king/queen kings/queens prince/princess princes/princesses duke/duchess heir/heiress hero/heroine heroes/heroines "
        "actor/actress actors/actresses waiter/waitress waiters/waitresses landlord/landlady monk/nun monks/nuns wizard/witch "
        "salesman/saleswoman salesmen/saleswomen businessman/businesswoman businessmen/businesswomen chairman/chairwoman "
        "spokesman/spokeswoman spokesmen/spokeswomen congressman/congresswoman congressmen/congresswomen policeman/policewoman "
        "policemen/policewomen sportsman/sportswoman manhood/womanhood boyhood/girlhood fatherhood/motherhood brotherhood/sisterhood "
        "fatherly/motherly brotherly/sisterly manly/womanly boyish/girlish masculine/feminine masculinity/femininity paternal/maternal "
        "paternity/maternity"
    ),
)  # fmt: skip

NAMES = _pairs(
    "James/Mary John/Elizabeth Robert/Patricia Michael/Jennifer William/Margaret David/Susan Richard/Barbara Thomas/Sarah Charles/Nancy "
    "Daniel/Lisa Matthew/Emily Anthony/Sandra George/Helen Edward/Ruth Henry/Alice Peter/Anna Paul/Laura Andrew/Rebecca Stephen/Catherine "
    "Kevin/Michelle Brian/Amy Jack/Emma Arthur/Martha Walter/Dorothy Harry/Lucy Philip/Julia Samuel/Hannah Benjamin/Rachel Albert/Florence "
    "Oliver/Olivia Simon/Sophie Martin/Christine Tom/Kate Jim/Jane Bob/Betty Bill/Sally"
)

_FREE = (
    "a an the this that these those some any such no every each both all several none more less much enough i you he she it we they me him "
    "them us my your his her our their myself yourself himself herself itself ourselves themselves something nothing everything anything "
    "what who whom which whose and or but nor so yet if because while when whenever where wherever as than until till though although "
    "since before after once unless whether to of in on at by for from with without within into onto upon over under up down out off "
    "away about above across against along among amid around behind below beneath beside besides between beyond through throughout "
    "toward towards during near except like despite is are was were be been am do does did has have had would shall should can could may "
    "must not never again alone too also now then there here still even just how why instead anyway forever always often soon twice "
    "sometimes thus rather quite indeed really simply actually seriously suddenly quickly quietly gently slowly entirely completely "
    "perfectly altogether together aside apart forward forth elsewhere everywhere somewhere outside upstairs downstairs afterwards "
    "afterward therefore however accordingly directly immediately already ever yesterday today tomorrow tonight alive asleep aware "
    "go come feel know think say speak tell hear see understand remember believe take give make keep try sit eat get enter suffer seem "
    "seemed said says goes went came stood made put"
)
FREE = tuple(_FREE.split())
