"""Put a widget on the (offscreen) screen, and listen to a signal."""

from __future__ import annotations


def shown(qtbot, widget, width=600, height=400):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def collect(signal):
    seen = []
    signal.connect(lambda *args: seen.append(args[0] if args else None))
    return seen
