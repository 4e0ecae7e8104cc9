"""The `kedang` command: the services of an archive without a window, for administrators and scheduled work."""
