#!/usr/bin/env python3
"""Keeps what an X screen shows as a PNG file: WebKitWebDriver's own screenshots do not come back from a window without a GPU.

usage: shoot.py FILE     needs GTK 3 for Python (Debian: python3-gi gir1.2-gtk-3.0)
"""
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

assert Gtk.init_check()[0], "there is no screen"
screen = Gdk.get_default_root_window()
Gdk.pixbuf_get_from_window(screen, 0, 0, screen.get_width(), screen.get_height()).savev(sys.argv[1], "png", [], [])
