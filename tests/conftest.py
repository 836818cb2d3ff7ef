"""What all tests share."""

import signal

pytest_plugins = ["pytester"]

# A process started in the background of a shell ignores Ctrl-C, one started by nohup a hangup, and so do
# their children: tests that interrupt one would hang.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
