"""The bot in a simulated Discord, simcord: what people do in it, and what they see.

chat.py      a server with a channel, Ada, Bob and the bot: what a test acts with
person.py    what a person does: commands, buttons, menus, windows, messages
message.py   what a person sees of a message
running.py   how a test is run, and what fails it: what Discord would refuse (limits.py), what was logged as an error
delivery.py  what simcord leaves out of the gateway's events
page.py      messages as an HTML page, to look at       preview.py  the bot in a browser, to talk to
"""

from tests.simulation.chat import NEEDED, QUESTION, QUOTE, Chat
from tests.simulation.message import Message, refusal
from tests.simulation.person import Person, Window
from tests.simulation.running import chatting, simulated

__all__ = ["NEEDED", "QUESTION", "QUOTE", "Chat", "Message", "Person", "Window", "chatting", "refusal", "simulated"]
