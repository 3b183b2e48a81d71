"""What people can do in Discord, a room each: defer, call the core off the loop, render, send."""
