"""Sites that refuse programs: one sentence says what to do, and a page that looks like a check is not refused."""

from pathlib import Path

import pytest

from corpus.errors import ClosedToRobotsError, ProgramsRefusedError
from corpus.fetching.fetcher import Fetched, Fetcher
from corpus.fetching.robot_checks import is_robot_check
from tests.conftest import SHARED
from tests.corpus.internet import QUICK
from tests.corpus.servers import Clock, Handler, Request, Server, page, private

ADVICE = r": open the page in a browser, save it \(HTML, MHTML or PDF\) and add the file with --url\.$"
CHECKS = {
    "cloudflare": "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/b/x.js'></script>",
    "akamai": "<TITLE>Access Denied</TITLE><h1>Access Denied</h1>You don't have permission to access it. Reference #1",
    "aws": "<h1>JavaScript is disabled</h1><p>In order to continue, we need to verify that you're not a robot.</p>",
    "incapsula": "<html><iframe src='/_Incapsula_Resource?SWUDNSAI=31'>Request unsuccessful.</iframe></html>",
    "anubis": "<title>Making sure you're not a bot!</title><p>Loading...</p>",
    "french": "<h1>Vérification</h1><p>Merci de confirmer que vous n’êtes pas un robot.</p>",
    "behind scripts": f"<script>{'var a = 1;' * 10_000}</script><p>Checking your browser before you go on.</p>",
}
RELEASE = "<h1>Captchas and robots</h1>" + "<p>The agency looked at who is a robot and who is not a robot.</p>" * 40


SHORT_RELEASE = (
    "<h1>Captchas</h1>" + "<p>The agency looked at pages that ask who is not a robot, and counted them.</p>" * 9
)


def answers(status: str, body: bytes = b"", **headers: str) -> Handler:
    return lambda request: request.answer(body, status, **headers)


@pytest.mark.parametrize(
    ("handler", "how"),
    [
        (answers("403 Forbidden"), ": this site answers programs with 403"),
        (answers("202 Accepted", X_Amzn_Waf_Action="challenge"), ": this site answers programs with 202"),
        (answers("202 Accepted"), ": this site answers programs with 202"),
        (answers("405 No", X_Amzn_Waf_Action="captcha"), ": this site answers programs with 405"),
        (answers("503 No", Cf_Mitigated="challenge"), ": this site answers programs with 503"),
        (answers("429 Slow"), ": this site answers programs with 429"),
        (answers("503 No", CHECKS["anubis"].encode()), ": this site answers programs with 503"),
        (answers("405 No", b"<title>Human Verification</title><script>gokuProps = {}</script>"), ": this site .* 405"),
        *((page(check.encode()), " is a check for robots, not a page") for check in CHECKS.values()),
    ],
)
def test_refusal_is_one_sentence_with_what_to_do(handler: Handler, how: str) -> None:
    clock = Clock()
    with Server({"/a": handler}) as server, Fetcher(private(server), QUICK, clock=clock, sleep=clock.sleep) as fetcher:
        with pytest.raises(ProgramsRefusedError, match=rf"/a{how}{ADVICE}"):
            fetcher.fetch(server.url("/a"))


@pytest.mark.parametrize("status", ["403 Forbidden", "202 Accepted", "429 Slow"])
def test_refused_robots_txt_is_a_refusal_of_the_site_for_now(status: str) -> None:
    clock = Clock()
    handlers = {"/a": page(b"a release"), "/robots.txt": answers(status)}
    with Server(handlers) as server, Fetcher(private(server), QUICK, clock=clock, sleep=clock.sleep) as fetcher:
        with pytest.raises(
            ProgramsRefusedError, match=rf"answers programs with {status[:3]}, also with its robots.txt"
        ):
            fetcher.fetch(server.url("/a"))
        assert server.paths == [], "the page itself is not asked for"
        server.handlers["/robots.txt"] = page(b"")
        clock.time += 600
        assert isinstance(fetcher.fetch(server.url("/a")), Fetched)


def test_robots_txt_that_is_a_check_for_robots_allows_nothing() -> None:
    with Server({"/a": page(b"x"), "/robots.txt": page(CHECKS["cloudflare"].encode())}) as server:
        with Fetcher(private(server), QUICK) as fetcher, pytest.raises(ProgramsRefusedError, match="check for robots"):
            fetcher.fetch(server.url("/a"))
        assert server.paths == []


def test_page_that_robots_txt_closes_is_refused_too() -> None:
    with Server({"/robots.txt": page(b"User-agent: *\nDisallow: /a")}) as server, Fetcher(private(server)) as fetcher:
        with pytest.raises(ClosedToRobotsError, match=rf"is closed to robots by the host's robots.txt{ADVICE}"):
            fetcher.fetch(server.url("/a"))


@pytest.mark.parametrize(
    "body",
    [
        RELEASE,
        "<?xml version='1.0'?><rss><channel><title>Just a moment</title></channel></rss>",
        '{"title": "<p>are you a robot</p>"}',
        "<h1>Security check of ports</h1><p>The agency checked four ports.</p>",
        "<p>are you a robot</p>" + "<p>prose of the page</p>" * 200,
        SHORT_RELEASE,
    ],
)
def test_page_about_robots_is_no_check(body: str) -> None:
    assert not is_robot_check(body.encode())


@pytest.mark.parametrize("name", ["wall-cedefop-200.html", "wall-bigip-200.html", "consilium-browser-check.html"])
def test_made_checks_are_known(name: str) -> None:
    path = SHARED / "pages" / "made" / name
    if not path.exists():
        pytest.skip("the shared pages are not here")
    assert is_robot_check(path.read_bytes())


def test_no_real_page_is_taken_for_a_check() -> None:
    folders = [SHARED / "pages", Path(__file__).parents[2] / "fixtures" / "pages"]
    pages = [path for folder in folders if folder.exists() for path in folder.glob("*.html")]
    assert pages
    assert [path.name for path in pages if is_robot_check(path.read_bytes())] == []


def test_refusal_that_follows_a_redirect_names_the_page_asked() -> None:
    def refuse(request: Request) -> None:
        request.answer(b"", "403 Forbidden")

    with Server(
        {"/a": lambda request: request.answer(status="302 Found", Location="/wall"), "/wall": refuse}
    ) as server:
        with Fetcher(private(server), QUICK) as fetcher, pytest.raises(ProgramsRefusedError, match="403"):
            fetcher.fetch(server.url("/a"))
