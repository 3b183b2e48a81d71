"""The REST routes: functions of the world and a call, found by the operation's id in the description."""
