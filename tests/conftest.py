"""What all tests share."""

import signal

pytest_plugins = ["pytester"]

# A process started in the background of a shell ignores Ctrl-C, and so do its children: tests that interrupt
# one would hang.
signal.signal(signal.SIGINT, signal.default_int_handler)
