"""A Discord on loopback: the REST API and the gateway over real sockets, for an unmodified discord.py client.

Every request and every answer is validated against Discord's own description of its REST API, `openapi.json`: the file
`specs/openapi.json` of github.com/discord/discord-api-spec, commit 74fda0f of 18 July 2026, minified, under the MIT
licence (Copyright Discord). What the description misses is checked by hand: checks.py, check_forms.py.

    emulator.py    what tests use; people.py: what people do; invoke.py, fields.py: what that is on the wire
    server.py      sockets, recording, faults; rest/: the routes; schema.py: validation; tls.py: names and certificates
    gateway.py     sockets and misbehaviour; sessions.py: what outlives a socket
    fast.py        knobs for discord.py; look.py: a page to look at what was sent; shim/: for subprocesses
    platform.py    what all rooms share; world.py, channels.py, messages.py, interactions.py, commands.py: what exists
"""

from tests.emulator.channels import Channel
from tests.emulator.emulator import Emulator
from tests.emulator.flags import ApplicationFlag, Intent, Kind, MessageFlag, Permission
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.emulator.recorder import Fault, Upload
from tests.emulator.world import Guild, Role, User

__all__ = [
    "ApplicationFlag",
    "Channel",
    "Emulator",
    "Fault",
    "Guild",
    "Intent",
    "Interaction",
    "Kind",
    "Message",
    "MessageFlag",
    "Permission",
    "Role",
    "State",
    "Upload",
    "User",
]
