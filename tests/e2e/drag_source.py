#!/usr/bin/env python3
"""A small window that files can be dragged out of, as out of a file manager.

usage: drag_source.py TITLE FILE...     needs GTK 3 for Python (Debian: python3-gi gir1.2-gtk-3.0)
"""
import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

window = Gtk.Window(title=sys.argv[1])
window.set_default_size(120, 80)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="drag"))
window.add(handle)
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [Gtk.TargetEntry.new("text/uri-list", 0, 0)], Gdk.DragAction.COPY)
uris = [pathlib.Path(path).resolve().as_uri() for path in sys.argv[2:]]
handle.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(uris))
# Dropped or not: then there is nothing left to do.
handle.connect("drag-end", lambda *_: Gtk.main_quit())
window.show_all()
Gtk.main()
