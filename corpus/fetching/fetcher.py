"""An address -> its bytes: only from public, listed hosts, within bounds of time and size, and as hosts ask for.

Every redirect is treated as the first address: it is checked, the robots.txt of its host is read, and the pause of its
host is waited for. An http address is requested over https when its host supports that; a redirect from https to http,
which anybody on the network path could answer, is never followed.
"""

import logging
import math
import ssl
import time
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpcore
import httpx

from corpus.errors import ClosedToRobotsError, FetchError, ProgramsRefusedError, UnansweredError
from corpus.fetching.network import Network, Resolver, Transport, UntrustedError, resolve, trusted_authorities
from corpus.fetching.proxy import read_proxy
from corpus.fetching.responses import (
    ExhaustedError,
    Fetched,
    FetchLimits,
    NotModified,
    NotReachedError,
    OutOfReachError,
    PassingError,
    RefusedError,
    read_answer,
)
from corpus.fetching.robot_checks import ROBOT_CHECK, is_robot_check
from corpus.fetching.robots import Robots, parse_robots, user_agent
from corpus.fetching.urls import FetchRules, Target, read_target, shown

__all__ = ["FetchLimits", "FetchRules", "Fetched", "Fetcher", "NotModified", "NotReachedError"]

log = logging.getLogger(__name__)
_REDIRECTS = (301, 302, 303, 307, 308)
_ROBOTS_HOLD_S = 24 * 3600.0  # RFC 9309 allows a day at most.
_ROBOTS_FAILURE_HOLDS_S = 300.0


class _DowngradeError(FetchError):
    """An https address redirects to an http address."""


class Fetcher:
    """Fetches one address at a time, in one thread. It remembers each host's robots.txt and when it was last asked.

    Clock, sleep, resolver, connection and trusted certificates are parameters, so that tests can replace them.
    """

    def __init__(
        self,
        rules: FetchRules,
        limits: FetchLimits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        resolver: Resolver = resolve,
        backend: httpcore.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._limits = limits or FetchLimits()
        self._clock = clock
        self._sleep = sleep
        self._now = now
        proxy = read_proxy(rules.proxy) if rules.proxy else None
        self._network = Network(rules.private, resolver, clock, backend or httpcore.SyncBackend(), proxy)
        self._client = httpx.Client(
            transport=Transport(self._network, tls or trusted_authorities()),
            headers={"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "gzip, identity"},
            timeout=httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # No cookie is kept.
            trust_env=False,
        )
        self._robots: dict[str, Robots] = {}
        self._plain_until_s: dict[str, float] = {}
        self._free_at: dict[str, float] = {}
        self._latest = math.inf  # Time of the clock when the current fetch must be complete.
        self._allowed_s = self._limits.whole_s

    def __enter__(self) -> Self:
        """Return the fetcher itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the open connections."""
        self.close()

    def close(self) -> None:
        """Close the open connections."""
        self._client.close()

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Fetch an address, over https when possible. Failures that may pass are tried again.

        :param etag: from the last answer, as `last_modified` is: the server may then say that nothing has changed.
        :param within_s: the most seconds that it may take, including all waiting.
        :raises NotReachedError: when the pause that the host asks for is longer than that.
        :raises FetchError: when the address may not be requested, or the answer is refused, too large, slow or broken.
        """
        target = read_target(url, self._rules)
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {
            name: value for name, value in headers.items() if value and value.isascii() and value.isprintable()
        }
        self._latest = self._clock() + within_s
        self._allowed_s = min(self._limits.whole_s, within_s)
        self._network.deadline = self._clock() + self._allowed_s
        return self._insist(self._secured(target), conditions, self._ask_robots, self._limits.tries)

    def _secured(self, target: Target) -> Target:
        """Return the address over https when its host supports that. A private host is asked as the address says."""
        if target.scheme == "https" or target.place in self._rules.private:
            return target
        secure = read_target(target.secure, self._rules)
        if self._plain_until_s.get(secure.origin, 0.0) > self._clock():
            return target
        free_at = self._free_at.get(target.host, 0.0)
        try:
            if secure.origin not in self._robots:
                self._robots[secure.origin] = self._read_robots(secure, tries=1)
        except (ExhaustedError, UntrustedError, _DowngradeError) as error:
            if not getattr(error, "answered", False):
                log.info("%s does not speak https: %s", target.host, error)
                self._plain_until_s[secure.origin] = self._clock() + _ROBOTS_FAILURE_HOLDS_S
                self._free_at[target.host] = free_at  # The host has not been asked yet, so no pause is due.
                return target
        return secure

    def _insist(
        self, target: Target, conditions: Mapping[str, str], before: Callable[[Target], None], tries: int
    ) -> Fetched | NotModified:
        """Try until there is an answer or a failure that will not pass.

        :param before: the check before each request, including those of redirects.
        """
        for attempt in range(1, tries + 1):
            try:
                return self._follow(target, conditions, before)
            except PassingError as error:
                if attempt == tries and error.refused is not None:
                    raise ProgramsRefusedError(shown(target.url), error.refused) from error
                if attempt == tries:
                    kind = ExhaustedError if error.answered else OutOfReachError
                    raise kind(shown(target.url), error) from error
                log.debug("attempt %d of %s failed: %s", attempt, target.host, error)
                backoff_s = self._limits.backoff_s * 2 ** (attempt - 1)
                self._pause(backoff_s if error.wait_s is None else error.wait_s)
        raise AssertionError("unreachable: the last try returns or raises")

    def _follow(
        self, target: Target, conditions: Mapping[str, str], before: Callable[[Target], None]
    ) -> Fetched | NotModified:
        for _ in range(self._limits.redirects + 1):
            before(target)
            answer = self._ask(target, conditions)
            if not isinstance(answer, Target):
                return answer
            target = self._secured(answer)
        raise FetchError(f"{shown(target.url)} is one redirect too many: give the address that they should lead to.")

    def _ask(self, target: Target, conditions: Mapping[str, str]) -> Fetched | NotModified | Target:
        """Send one request after the pause of its host. Return the answer, or the target of a redirect."""
        self._pause(self._free_at.get(target.host, 0.0) - self._clock())
        try:
            with self._client.stream("GET", target.url, headers=conditions) as response:
                return self._read(target, response, bool(conditions))
        except httpcore.TimeoutException as error:
            if self._clock() >= self._network.deadline:
                raise FetchError(
                    f"{shown(target.url)} took longer than {self._allowed_s:.3g} seconds: try again later."
                ) from error
            raise PassingError("did not answer in time") from error
        except httpcore.NetworkError as error:
            raise PassingError("could not be reached") from error
        except (httpx.InvalidURL, httpx.RemoteProtocolError) as error:
            # httpx parses every Location header, even when it does not follow it.
            raise FetchError(f"{shown(target.url)} redirects to what is no address: check the address.") from error
        except httpcore.ProtocolError as error:
            raise PassingError("broke off or answered what is not HTTP") from error
        finally:
            self._free_at[target.host] = self._clock() + self._delay_of(target)

    def _read(self, target: Target, response: httpx.Response, conditional: bool) -> Fetched | NotModified | Target:
        if response.status_code in _REDIRECTS and "location" in response.headers:
            return self._redirected(target, response.headers["location"])
        if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
            return NotModified(target.url)
        answer = read_answer(target, response, self._limits, self._now())
        if is_robot_check(answer.data):
            raise ProgramsRefusedError(shown(target.url), ROBOT_CHECK)
        return answer

    def _redirected(self, target: Target, location: str) -> Target:
        try:
            joined = str(httpx.URL(target.url).join(location))
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchError(f"{shown(target.url)} redirects to what is no address: check the address.") from error
        try:
            led_to = read_target(joined, self._rules)
        except FetchError as error:
            raise FetchError(f"{shown(target.url)} redirects to what may not be asked for: {error}") from error
        if led_to.place in self._rules.private and target.place not in self._rules.private:
            raise FetchError(f"{shown(target.url)} redirects into a private network, where only you may send requests.")
        return self._not_down(target, led_to)

    def _not_down(self, target: Target, led_to: Target) -> Target:
        """Return the target of a redirect. One from https to http is followed over https if it leads elsewhere.

        :raises _DowngradeError: when only http is left.
        """
        if target.scheme == "http" or led_to.scheme == "https":
            return led_to
        secure = read_target(led_to.secure, self._rules) if led_to.is_default_port else led_to
        if secure.scheme == "http" or secure.url == target.url:
            raise _DowngradeError(
                f"{shown(target.url)} redirects from https down to http, which is not followed: give another address."
            )
        return secure

    def _ask_robots(self, target: Target) -> None:
        """Check that the robots.txt of the host allows an address.

        :raises FetchError: when it does not, or cannot be read.
        """
        robots = self._robots.get(target.origin)
        if robots is None or robots.until_s <= self._clock():
            robots = self._robots[target.origin] = self._fetch_robots(target)
        if robots.refused is not None:
            raise ProgramsRefusedError(shown(target.url), f"{robots.refused}, also with its robots.txt")
        if robots.failure is not None:
            kind = FetchError if robots.answered else UnansweredError
            raise kind(
                f"{shown(target.url)} is not asked for, because {target.origin}/robots.txt {robots.failure}: "
                "try again later."
            )
        if not robots.allows(target.url):
            raise ClosedToRobotsError(shown(target.url))

    def _fetch_robots(self, target: Target) -> Robots:
        """Read the robots.txt of a host.

        One that is not there (4xx) allows everything. An unreadable one, or one that is refused to programs, allows
        nothing for now.
        """
        try:
            return self._read_robots(target, self._limits.tries)
        except ExhaustedError as error:
            until_s = self._clock() + _ROBOTS_FAILURE_HOLDS_S
            return Robots(until_s, failure=error.reason, answered=error.answered)

    def _read_robots(self, target: Target, tries: int) -> Robots:
        """Read the robots.txt of a host.

        :raises ExhaustedError: when every try fails.
        """
        until_s = self._clock() + _ROBOTS_HOLD_S
        try:
            address = read_target(f"{target.origin}/robots.txt", self._rules)
            answer = self._insist(address, {}, lambda hop: None, tries)
        except RefusedError:
            return Robots(until_s)
        except ProgramsRefusedError as error:
            refused = ": this site shows programs a check for robots" if error.how == ROBOT_CHECK else error.how
            return Robots(self._clock() + _ROBOTS_FAILURE_HOLDS_S, refused=refused)
        return Robots(until_s, parse_robots(answer.data if isinstance(answer, Fetched) else b""))

    def _delay_of(self, target: Target) -> float:
        is_private = target.place in self._rules.private
        robots = self._robots.get(target.origin)
        return max(
            self._rules.private_delay_s if is_private else self._rules.delay_s, robots.delay_s if robots else 0.0
        )

    def _pause(self, seconds: float) -> None:
        """Wait, and extend the deadline of the fetch by the same time.

        :raises NotReachedError: when there is not enough time.
        """
        if seconds <= 0:
            return
        if self._clock() + seconds > self._latest:
            raise NotReachedError("The host wants to be waited for longer than there is time: try again later.")
        self._sleep(seconds)
        self._network.deadline = min(self._network.deadline + seconds, self._latest)
