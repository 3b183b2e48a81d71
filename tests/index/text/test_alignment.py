"""Which sentence became which."""

from index.text.alignment import align, parts

OLD = [
    "The Council met today.",
    "Europol will send 100 officers to the port of Antwerp.",
    "Lorries are weighed.",
    "The money comes from the fund for security.",
    "Member states will report in June.",
]


def paired(before: list[str], after: list[str]) -> list[tuple[str | None, str | None, bool]]:
    return [
        (
            before[pair.before] if pair.before is not None else None,
            after[pair.after] if pair.after is not None else None,
            pair.is_same,
        )
        for pair in align(before, after, "en")
    ]


def test_changed_moved_new_and_gone_sentences_are_told_apart() -> None:
    new = [OLD[4], OLD[0], "Europol will send 120 officers to the port of Antwerp.", "A new office opens.", OLD[2]]
    assert paired(OLD, new) == [
        (OLD[4], new[0], True),
        (OLD[0], new[1], True),
        (OLD[1], new[2], False),
        (None, new[3], False),
        (OLD[3], None, False),
        (OLD[2], new[4], True),
    ]


def test_white_space_does_not_count_and_each_sentence_is_used_once() -> None:
    assert paired(["A  b\nc d."], ["A b c d."]) == [("A  b\nc d.", "A b c d.", True)]
    assert paired(["Ships are searched."] * 2, ["Ships are searched."]) == [
        ("Ships are searched.", "Ships are searched.", True),
        ("Ships are searched.", None, False),
    ]
    assert (align([], [], "en"), paired([], ["New."])) == ([], [(None, "New.", False)])


def test_what_is_compared_of_a_text_are_its_sentences_and_its_headings() -> None:
    text = "It met. It agreed.\n\n## Money\n\n- One item"
    assert [text[span.start : span.end] for span in parts(text, "en")] == [
        "It met.",
        "It agreed.",
        "## Money",
        "- One item",
    ]
