"""What people can do in Discord, a module each. A method defers, calls the core off the event loop, renders, sends."""
