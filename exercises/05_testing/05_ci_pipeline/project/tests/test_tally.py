from tally import bars


def test_bars():
    assert bars("a b a") == ["== a", "= b"]


def test_no_words():
    assert bars("") == []
