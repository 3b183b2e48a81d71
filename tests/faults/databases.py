"""A primary and its replica with fsync on, which are killed and come back."""

import psycopg

from tests.postgres import Server, programs


class Databases:
    """A primary and its replica, which change places where the primary does not come back."""

    def __init__(self) -> None:
        """Start both, with an empty database."""
        self.servers = [Server(programs(), sync=True)]
        self.primary = self.servers[0]
        self.url = self.primary.new_database()
        self.replica = self.primary.replica()
        self.servers.append(self.replica)
        self.address = self.primary.address_of_both(self.url, self.replica)

    def come_back(self) -> None:
        """Start the primary that was killed."""
        self.primary.start()

    def change_places(self) -> None:
        """Make the replica the primary, and where that was, a replica of it."""
        self.replica.promote()
        lost, self.primary = self.primary, self.replica
        self.replica = self.primary.replica(lost.port)
        lost.delete()
        self.servers = [self.primary, self.replica]

    def leave(self) -> None:
        """Kill both."""
        self.replica.kill()
        self.primary.kill()

    def return_(self) -> None:
        """Start both."""
        self.primary.start()
        self.replica.start()

    def answers(self) -> set[str]:
        """Return the ids of the answers that the primary knows."""
        with psycopg.connect(self.address, target_session_attrs="read-write") as connection:
            return {each for (each,) in connection.execute("SELECT id FROM measures_bot.answers")}

    def remove(self) -> None:
        """End both, and delete what they hold."""
        for server in reversed(self.servers):
            server.remove()
