"""The tools that programs have: what each takes, gives and costs. HTTP, MCP and OpenAPI are made of this."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.app.admission import Price
from bot.programs import work
from bot.views import documents
from corpus import FilterError
from index import Engine, Filters, parse_agency, parse_since, parse_until, readable

Work = Callable[[Engine], Any]
_DAY = "A year, a month or a day, such as 2018, 2018-12 or 2018-12-06."


def _whole(value: object) -> object:
    """Take 3.0 for 3, as JSON schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = Annotated[int, BeforeValidator(_whole)]


class Parameters(BaseModel, ABC):
    """What a tool takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    def work(self) -> Work:
        """Return what is done with the engine.

        :raises MeasuresError: when something makes no sense.
        """


class _Filtered(Parameters):
    agency: str | None = Field(None, description="Only passages that name this EU body, or a part of it.")
    exact: bool = Field(False, description="With `agency`: not those that only name a part of it.")
    issuer: str | None = Field(None, description="Only releases of this issuer.")
    since: str | None = Field(None, description=f"Only releases from then on. {_DAY}")
    until: str | None = Field(None, description=f"Only releases up to then. {_DAY}")
    lang: str | None = Field(None, description="Only releases in this language, such as en.")

    def filters(self) -> Filters:
        """Return the filters.

        :raises FilterError: when one makes no sense.
        """
        return Filters(
            agency=parse_agency(self.agency) if self.agency is not None else None,
            exact=self.exact,
            issuer=self.issuer,
            since=parse_since(self.since) if self.since is not None else None,
            until=parse_until(self.until) if self.until is not None else None,
            language=self.lang,
        )


class Ask(_Filtered):
    """A question."""

    question: str = Field(description="The question, in any official language of the EU.")
    limit: Count = Field(3, ge=1, le=10, description="At most this many quotes.")

    def work(self) -> Work:
        """Return what answers the question."""
        return partial(work.ask, question=readable(self.question), filters=self.filters(), limit=self.limit)


class Search(_Filtered):
    """A search."""

    query: str = Field(description="What to look for.")
    limit: Count = Field(10, ge=1, le=100, description="At most this many passages.")

    def work(self) -> Work:
        """Return what finds the passages."""
        return partial(work.search, query=readable(self.query), filters=self.filters(), limit=self.limit)


class AgencyName(Parameters):
    """The name of an EU body."""

    name: str = Field(max_length=300, description="A name, former name or acronym, in any official language.")
    exact: bool = Field(False, description="Leave out what names only a part of it.")

    def work(self) -> Work:
        """Return what looks the body up."""
        return partial(work.agency, name=self.name, exact=self.exact)


class ReleaseList(Parameters):
    """Which releases to list."""

    query: str = Field("", max_length=300, description="Only those with all these words in title, issuer, date or id.")
    limit: Count = Field(50, ge=1, le=500, description="At most this many.")
    offset: Count = Field(0, ge=0, le=10_000_000, description="Leave out this many of the newest.")

    def work(self) -> Work:
        """Return what lists the releases."""
        return partial(work.releases, query=self.query, limit=self.limit, offset=self.offset)


class ReleaseId(Parameters):
    """The id of a release."""

    release_id: str = Field(max_length=300, description="The id, as `releases` lists it.")

    def work(self) -> Work:
        """Return what shows the release."""
        return partial(work.release, release_id=self.release_id)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. ``document`` is the type of what it gives; ``needs_key`` tells whether it always needs the key."""

    name: str
    description: str
    parameters: type[Parameters]
    document: type[Any]
    price: Price
    path: str
    needs_key: bool = False

    def read(self, arguments: Mapping[str, Any], *, as_text: bool = False) -> Parameters:
        """Read what it is given.

        :param as_text: whether all values are strings, as in the query of an address; else each has its type.
        :raises FilterError: with one sentence on what is wrong, which does not repeat the values.
        """
        try:
            if as_text:
                return self.parameters.model_validate_strings(dict(arguments))
            return self.parameters.model_validate(dict(arguments), strict=True)
        except ValidationError as error:
            places = [(".".join(map(str, fault["loc"])) or "body", fault["msg"]) for fault in error.errors()]
            wrong = [f"{place[:60]}: {message[:1].lower()}{message[1:]}" for place, message in places]
            known = ", ".join(self.parameters.model_fields)
            template = "Correct what was given ({wrong}): {tool} takes {known}."
            raise FilterError(template, wrong="; ".join(wrong)[:500], tool=self.name, known=known) from error

    def input_schema(self) -> dict[str, Any]:
        """Return the JSON schema of what it takes."""
        return self.parameters.model_json_schema()

    def output_schema(self) -> dict[str, Any]:
        """Return the JSON schema of what it gives."""
        return TypeAdapter(self.document).json_schema(mode="serialization")


_TOOLS = (
    Tool(
        "ask",
        "Answers a question on what the EU has decided with verbatim quotations from official press releases. Every "
        "quote has its release, its span of characters and a link that opens the page there. Where `answered` is "
        "false, the releases do not hold the answer, and `related` is only what comes nearest.",
        Ask,
        documents.AnswerDocument,
        Price.TURN,
        "/v1/ask",
        needs_key=True,
    ),
    Tool(
        "search",
        "Lists the passages of official EU press releases that are nearest to a query, each with its span and link.",
        Search,
        documents.SearchDocument,
        Price.TURN,
        "/v1/search",
        needs_key=True,
    ),
    Tool(
        "agency",
        "Tells what an EU institution, agency or body is, what the releases say it does or will do, and when.",
        AgencyName,
        documents.AgencyDocument,
        Price.TURN,
        "/v1/agency",
    ),
    Tool(
        "releases",
        "Lists the press releases that answers come from, newest first.",
        ReleaseList,
        documents.ReleasesDocument,
        Price.LOOK,
        "/v1/releases",
    ),
    Tool(
        "release",
        "Gives a press release with its whole text, in which the spans of quotes and passages count characters.",
        ReleaseId,
        documents.ReleaseDocument,
        Price.LOOK,
        "/v1/release",
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}
