"""What the bot keeps is the same in bot.db and in PostgreSQL."""

import datetime
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from bot.database import subscriptions as limits
from bot.database.connection import BotStoreError, StoreBusyError
from bot.database.home import open_store
from bot.database.store import BotStore
from bot.database.subscriptions import Added
from bot.receipts import Receipt, Unanswered, UsageDay
from bot.user_data import (
    FEEDBACK_DAYS,
    Finding,
    Forgotten,
    KeptAnswer,
    Often,
    Pause,
    QuotedSpan,
    ServerSettings,
    Subscription,
)
from index import Citation, Edition, Filters, IndexSettings, Wanted, WantedKind
from tests.postgres import Server

BIG = (1 << 63) - 1  # the largest that a nonce or an id of Discord may be
AT = datetime.datetime(2026, 11, 26, 8, 0, tzinfo=datetime.UTC)
AGENCY = Wanted(WantedKind.AGENCY, "Europol", Filters())


@pytest.fixture
def settings(settings_of_both_kinds: IndexSettings) -> IndexSettings:
    return settings_of_both_kinds


@pytest.fixture
def store(settings: IndexSettings) -> Iterator[BotStore]:
    with closing(open_store(settings)) as store:
        yield store


def answer(answer_id: str, *, asker: int = 1, guild: int | None = None, quoting: str = "a") -> KeptAnswer:
    filters = Filters(agency="frontex", since=datetime.date(2020, 1, 2))
    return KeptAnswer(
        answer_id, asker, guild, BIG, None, True, f"What of „{answer_id}“?", filters, (QuotedSpan(quoting, 1, 9),)
    )


def receipt(answer_id: str, *, answered: bool = True, local: bool = False, quoting: str = "a") -> Receipt:
    cited = Citation(quoting, "0" * 64, 1, 9, "1" * 64)
    return Receipt(answer_id, f"What of „{answer_id}“?", Filters(issuer="OLAF"), 3, answered, "000001", (cited,), local)


def subscription(number: int, *, owner: int = 1, guild: int | None = None, wanted: Wanted = AGENCY) -> Subscription:
    channel = None if guild is None else 100 + number
    since = AT + datetime.timedelta(minutes=number)
    return Subscription(f"s{number}", owner, guild, channel, guild, wanted, Often.AT_ONCE, "de", since)


def change(store: BotStore, sql: str) -> None:
    """Change what is kept behind the store's back."""
    with store._db.writing():
        store._db.execute(sql)


def test_answers_are_kept_found_and_erased(store: BotStore, settings: IndexSettings) -> None:
    first, second = answer("a", guild=BIG), answer("b", asker=BIG, quoting="b")
    store.keep(first, receipt("a"))
    store.keep(second)
    store.set_message("a", BIG)
    assert store.answer("a") == store.answer_in(BIG)
    with closing(open_store(settings)) as other:
        assert other.answer("a") == store.answer_in(BIG), "another process sees the same"
        assert other.answer("b") == second
    store.keep(second)  # again, as after a commit whose outcome was lost
    store.forget_answer("a")
    assert store.answer("a") is None
    kept = store.receipt("a", 30)
    assert kept is not None
    assert (kept.question, kept.filters, kept.citations) == (None, Filters(), receipt("a").citations)
    assert store.forget_release("b") == 1
    assert store.forget_release("b") == 0
    assert store.answer("b") is None
    store.keep(first)
    store.set_server(BIG, ServerSettings(channels=(1, BIG), quiet=(22, 7)))
    store.forget_guild(BIG)
    assert (store.answer("a"), store.servers()) == (None, {})


def test_receipts_and_usage(store: BotStore) -> None:
    store.keep(answer("a"), receipt("a"))
    store.keep(answer("b", asker=2), receipt("b", answered=False))
    store.keep(answer("b", asker=2), receipt("b", answered=False))  # kept once
    store.keep_receipt(receipt("c", local=True, quoting="c"), 30)
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert store.usage() == [UsageDay(day, 2, 1)]
    assert store.unanswered() == [Unanswered("What of „b“?", 2)]
    result = store.receipt("c", 30)
    assert result is not None
    assert result.local
    assert result.question == "What of „c“?"
    change(store, "UPDATE receipts SET at = '2020-01-01T00:00:00+00:00' WHERE id IN ('b', 'c')")
    assert store.receipt("c", 30) is None
    store.keep_receipt(receipt("d", local=True), 30)
    assert store._db.rows("SELECT id FROM receipts ORDER BY id") == [("a",), ("b",), ("d",)], "the bot erases its own"
    store.forget_release("a")
    assert store._db.rows("SELECT id FROM receipts") == []


def test_one_verdict_a_person_by_a_fingerprint_that_goes_with_the_answer(store: BotStore) -> None:
    store.keep(answer("a", asker=7))
    assert store.say("a", 123456789, "helpful", None)
    assert store.say("a", 123456789, "not helpful", "It is about\x00 boats.")
    assert store.say("a", 7, "helpful", None)
    assert not store.say("gone", 7, "helpful", None)
    assert [each.verdict for each in store.feedback()] == ["not helpful", "helpful"]
    assert "123456789" not in str(store._db.rows("SELECT * FROM feedback"))
    assert store.forget_asker(123456789) == Forgotten(frozenset(), 1, 0)
    store.audit(7, None, "index add", {"url": "https://example.europa.eu/"})
    assert store.forget_asker(7) == Forgotten(frozenset({"a"}), 1, 1)
    assert store.feedback() == []
    store.keep(answer("b"))
    store.say("b", 7, "helpful", "so")
    store.forget_answer("b")
    assert store._db.rows("SELECT verdict, voter FROM feedback") == [("helpful", None)]
    assert [act.details for act in store.audited()] == [{"url": "https://example.europa.eu/"}]


def test_what_is_old_goes(store: BotStore) -> None:
    for answer_id in ("old", "new"):
        store.keep(answer(answer_id), receipt(answer_id))
        store.say(answer_id, 1, "helpful", "so")
    store.audit(1, 2, "index build", {})
    store.subscriptions.add(subscription(1))
    store.subscriptions.pause("s1", Pause.CLOSED, AT.replace(year=2020))
    change(store, "UPDATE answers SET at = '2020-01-01T00:00:00+00:00' WHERE id = 'old'")
    change(store, "UPDATE receipts SET at = '2020-01-01T00:00:00+00:00' WHERE id = 'old'")
    change(store, "UPDATE feedback SET at = '2020-01-01T00:00:00+00:00' WHERE answer = 'old'")
    change(store, "UPDATE audit SET at = '2020-01-01T00:00:00+00:00'")
    change(store, "INSERT INTO usage VALUES ('2020-01-01', 5, 4)")
    assert store.forget_older_than(30) == 1
    assert [each.reason for each in store.feedback()] == [None, "so"]
    assert len(store.usage()) == 1
    assert store.receipt("old", 10_000) is None
    assert store.subscriptions.all() == []
    assert store.prune(FEEDBACK_DAYS, None) == (1, 0)
    assert store.prune(FEEDBACK_DAYS, 30) == (0, 1)
    store.compact()
    store.scrub()
    assert store.is_scrubbed
    assert store.answer("new") == answer("new")


def test_settings_of_servers_and_synced_commands(store: BotStore) -> None:
    settings = ServerSettings((1, BIG), private=True, language="el", pace=3, zone="Europe/Athens", quiet=(22, 7))
    store.set_server(1, ServerSettings())
    store.set_server(1, settings)
    store.set_server(BIG, ServerSettings())
    assert store.servers() == {1: settings, BIG: ServerSettings()}
    assert store.synced("1:global") is None
    store.set_synced("1:global", "a")
    store.set_synced("1:global", "b")
    assert store.synced("1:global") == "b"


def test_subscriptions_are_kept_counted_paused_and_ended(store: BotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OF_PERSON", 2)
    kept = store.subscriptions
    long = Wanted(WantedKind.QUESTION, "Ποιος ψάχνει; " * 300, Filters(agency="europol"))
    first, second = subscription(1, guild=5), subscription(2, owner=1, wanted=long)
    assert [kept.add(each) for each in (second, first)] == [Added.ADDED, Added.ADDED]
    assert kept.add(second) is Added.CHANGED
    assert kept.add(subscription(3, wanted=Wanted(WantedKind.SUBJECT, "cod", Filters()))) is Added.TOO_MANY_OF_PERSON
    assert kept.all() == kept.of_person(1) == [first, second], "the oldest first"
    assert kept.in_guild(5) == [first]
    kept.pause("s1", Pause.FORBIDDEN, AT)
    paused = kept.subscription("s1")
    assert paused is not None
    assert paused.pause is Pause.FORBIDDEN
    kept.resume("s1")
    assert kept.subscription("s1") == first
    assert store.end_subscription("s1")
    assert not store.end_subscription("s1")
    assert kept.add(subscription(4, owner=2, guild=6)) is Added.ADDED
    store.end_channel(104)
    assert store.forget_asker(1).subscriptions == 1
    assert kept.all() == []


def test_findings_are_told_once(store: BotStore) -> None:
    kept = store.subscriptions
    kept.add(subscription(1))
    findings = [Finding("s1", work, work) for work in ("b", "a")]
    seen = [Edition(each.work, each.work, "2026-11-26", "en") for each in findings]
    gone = Finding("gone", "a", "a")
    assert kept.add_findings([*findings, gone], seen, AT) == 2
    assert kept.add_findings(findings, seen, AT) == 0, "found once"
    assert kept.seen_since(AT.date()) == {"a", "b"}
    [waiting] = kept.waiting()
    assert waiting.findings == tuple(findings)
    assert kept.claim(findings, BIG, AT)
    assert not kept.claim(findings[:1], 5, AT), "another bot has claimed it"
    [doubtful] = kept.waiting()
    assert (doubtful.nonce, doubtful.claimed_at) == (BIG, AT)
    kept.release(BIG)
    assert kept.claim(findings[:1], 6, AT)
    assert not kept.claim(findings, 7, AT), "all or none"
    assert [each for (each,) in store._db.rows("SELECT nonce FROM findings ORDER BY work")] == [None, 6]
    kept.told(findings)
    assert kept.waiting() == []
    store.end_subscription("s1")
    assert store._db.rows("SELECT * FROM findings") == [], "they go with what they were found for"


def test_transaction_is_whole_or_nothing(store: BotStore) -> None:
    with pytest.raises(ZeroDivisionError), store._db.writing():
        store._db.execute("DELETE FROM fingerprints WHERE 1 = ?", [1 // int(bool(store.servers()))])
    assert len(store._db.rows("SELECT key FROM fingerprints")) == 1


def test_bots_that_come_at_once_make_the_tables_once(database: str, tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database))

    def come(number: int) -> None:
        with closing(open_store(settings)) as store:
            for turn in range(5):
                store.keep(answer(f"{number}-{turn}"), receipt(f"{number}-{turn}"))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_store(settings)) as store:
        assert [day.questions for day in store.usage()] == [30]
        assert store._db.rows("SELECT count(*) FROM fingerprints") == [(1,)]


def test_who_writes_is_waited_for_a_moment_and_a_lost_connection_is_made_anew(
    database: str, postgres: Server, tmp_path: Path
) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database))
    with closing(open_store(settings)) as store, closing(open_store(settings)) as other:
        store.keep(answer("a"))
        assert other.answer("a") is not None
        with store._db.writing():
            began = time.monotonic()
            with pytest.raises(StoreBusyError, match=r"^The database is busy; try again in a minute\.$"):
                other.keep(answer("b"))
            assert time.monotonic() - began < 3.0
            assert other.answer("a") == answer("a"), "who reads does not wait"
        postgres.stop()
        try:
            with pytest.raises(StoreBusyError, match="does not answer") as away:
                other.answer("a")
            assert "geheim" not in str(away.value)
            with pytest.raises(StoreBusyError, match="does not answer"):
                store.keep(answer("b"))
        finally:
            postgres.start()
        store.keep(answer("b"))
        assert other.answer("b") == answer("b")
        change(store, "DROP SCHEMA measures_bot CASCADE")
        with pytest.raises(StoreBusyError, match="made anew"):
            other.answer("b")
        assert other.answer("b") is None


def test_what_a_database_refuses_is_told_without_its_address(tmp_path: Path, database: str) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database.replace("/test", "/no-such-test")))
    with closing(open_store(settings)) as store, pytest.raises(BotStoreError) as error:
        store.servers()
    assert "geheim" not in str(error.value)


def test_what_a_newer_program_keeps_is_left_as_it_is(settings: IndexSettings) -> None:
    with closing(open_store(settings)) as store:
        store.keep(answer("a"))
    if settings.database_url is None:
        with closing(sqlite3.connect(settings.data_dir / "bot.db")) as db, db:
            db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bot', 'm999', '')")
    else:
        with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            connection.execute(
                "INSERT INTO measures_bot.migrations SELECT max(number) + 1 FROM measures_bot.migrations"
            )
    with (
        pytest.raises(BotStoreError, match=r"^A newer version of this program has used .*; install that version, or"),
        closing(open_store(settings)) as store,
    ):
        store.keep(answer("a"))
