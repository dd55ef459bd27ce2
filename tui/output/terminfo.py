"""What the terminal's own entry promises of erasing, read once; where there is none, nothing is taken for granted."""

from __future__ import annotations

from dataclasses import dataclass

from tui.output.styles import Style


@dataclass(frozen=True)
class Terminfo:
    """Which of the codes ``CSI K`` and ``CSI n X`` erase, and in which colour."""

    el: bool = False
    """Erases to the end of the line."""
    ech: bool = False
    """Erases some cells from the cursor on."""
    bce: bool = False
    """What is erased has the background that is written with; else the terminal's own."""

    def erases_in(self, style: Style) -> bool:
        """Whether erasing while this style is written with makes spaces of its background."""
        return not style.shows_on_blanks and (self.bce or not style.background)


def terminfo(name: str) -> Terminfo:
    """Of the terminal of this name (``$TERM``); one that is not known can nothing."""
    try:
        import _curses  # not curses: that is a package with more to import

        _curses.setupterm(term=name, fd=1)
        return Terminfo(
            el=(_curses.tigetstr("el") or b"").startswith(b"\x1b[K"),  # some add how long to wait
            ech=(_curses.tigetstr("ech") or b"").startswith(b"\x1b[%p1%dX"),
            bce=_curses.tigetflag("bce") == 1,
        )
    except (ImportError, OSError, ValueError):
        return Terminfo()
    except Exception as error:  # _curses.error cannot be named where _curses cannot be imported
        if type(error).__name__ != "error":
            raise
        return Terminfo()
