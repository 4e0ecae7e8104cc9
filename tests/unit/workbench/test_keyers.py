"""Keys of the clustering methods. Fingerprints follow published facts of OpenRefine's keyers, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.workbench import keyers
from app.services.workbench.phonetic import cologne, metaphone


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", ""),
        ("  Tom Cruise ", "cruise tom"),
        ("Cruise, Tom", "cruise tom"),
        ("to be or not to be", "be not or to"),
        ("ÉCOLE  école Ecole", "ecole"),
        ("æther ŒUVRE", "aether oeuvre"),
        ("Østergård", "oestergard"),  # ø has no decomposition and is spelt oe, å decomposes to a
        ("Ðuro Đuro", "duro"),
        ("Þór ƿ", "thor w"),
        ("Straße STRASSE", "strasse"),
        ("Łódź", "lodz"),
        ("ħ ı ĸ ŋ ŧ ſ", "h i k n s t"),
        ("ŉ", "n"),  # decomposes to an apostrophe and n
        ("ﬁne ﬂow ﬃ ﬆ", "ffi fine flow st"),
        ("© 2024", "2024 c"),
        ("İstanbul", "istanbul"),
        ("tab\tnew\nline\x0bx\x85y\u00a0z\u3000w", "line new tab w x y z"),
        ("a\x00b\x1fc\x7fd\x9f", "abcd"),  # other controls go away without parting words
        ("a.b-c_d", "abcd"),
        ("x ^ ` ~ $ + < = > |", "$ + < = > x | ~"),  # symbols stay, modifiers go
        ("- abc", " abc"),  # a word that was only punctuation leaves its place, as there
        ("abc -", "abc"),
        ("- -", ""),
        ("苏州恒力（集团）有限公司", "苏州恒力集团有限公司"),
        ("恒力，苏州 恒力", "恒力 恒力苏州"),
        ("ＡＢＣ　１２３", "123 abc"),  # NFKD makes wide letters narrow
        ("㈱", "株"),
    ],
)
def test_that_fingerprints_are_those_of_openrefine(text: str, key: str) -> None:
    assert keyers.fingerprint(text) == key


@pytest.mark.parametrize(
    ("text", "n", "key"),
    [
        ("", 2, ""),
        ("a", 2, ""),
        ("Paris", 2, "arispari"),
        ("Paris", 1, "aiprs"),
        ("p A,r.i s", 2, "arispari"),
        ("bábA", 2, "abba"),
        ("hello", 1, "ehlo"),
        ("\x01a, !b-c_d\u00a0d\tz\x03", 3, "abcbcdcddddz"),
        ("恒力科技", 2, "力科恒力科技"),
        ("x\u2009y\u205fz", 2, "xyyz"),
    ],
)
def test_that_ngram_fingerprints_are_those_of_openrefine(text: str, n: int, key: str) -> None:
    assert keyers.ngram_fingerprint(text, n) == key


@given(st.text(max_size=30))
def test_that_a_fingerprint_does_not_change_with_case_and_outer_spaces(text: str) -> None:
    assert keyers.fingerprint(f" {text}\t") == keyers.fingerprint(text.strip(keyers._SPACES))


@given(st.lists(st.sampled_from(["恒力", "abc", "école", "2024"]), min_size=1, max_size=5))
def test_that_the_order_of_words_does_not_matter(words: list[str]) -> None:
    assert keyers.fingerprint(" ".join(words)) == keyers.fingerprint("  ".join(reversed(words)))


@given(st.text(max_size=20), st.integers(1, 4))
def test_that_ngrams_are_sorted_and_distinct(text: str, n: int) -> None:
    key = keyers.ngram_fingerprint(text, n)
    if all(c < "\ud800" for c in key):
        grams = [key[i : i + n] for i in range(0, len(key), n)]
        assert grams == sorted(set(grams))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Smith", "Smyth"), ("Philip", "Filip"), ("Knight", "Night"), ("Wright", "Rite"), ("Xavier", "Savier")],
)
def test_that_english_words_that_sound_alike_collide(one: str, other: str) -> None:
    assert metaphone(one) == metaphone(other)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Müller-Lüdenscheidt", "65752682"),
        ("Wikipedia", "3412"),
        ("Breschnew", "17863"),
        ("Meyer", "67"),
        ("Maier", "67"),
    ],
)
def test_that_cologne_codes_are_the_published_ones(word: str, code: str) -> None:
    assert cologne(word) == code


@pytest.mark.parametrize(
    ("method", "one", "other"),
    [
        ("pinyin", "张三", "章叁"),
        ("pinyin", "單雄信", "单雄信"),
        ("core", "北京华信科技有限公司", "华信科技（北京）有限公司"),
        ("core-pinyin", "北京华信科技有限公司", "华鑫科技"),
        ("phonetic", "Smith Co", "co smyth"),
    ],
)
def test_that_writings_of_one_thing_collide(method: str, one: str, other: str) -> None:
    key = keyers.keyer(method)
    assert set(key(one).split()) == set(key(other).split())


def test_that_a_special_surname_is_read_as_a_surname() -> None:
    assert keyers.pinyin("单雄信").startswith("shan")
