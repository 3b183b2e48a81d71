"""The bot in a simulated Discord, simcord: what people do in it, and what they see.

chat.py     a server with a channel, Ada, Bob and the bot, and how a test is run in it
person.py   what a person does: commands, buttons, menus, windows, messages
message.py  what a person sees of a message
limits.py   what Discord would refuse of what the bot sends; simcord itself checks only a part of that
"""

from tests.simulation.chat import NEEDED, QUESTION, QUOTE, Chat, chatting, simulated
from tests.simulation.message import Message, refusal
from tests.simulation.person import Person, Window

__all__ = ["NEEDED", "QUESTION", "QUOTE", "Chat", "Message", "Person", "Window", "chatting", "refusal", "simulated"]
