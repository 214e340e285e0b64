"""Servers without a fault that do not always start: python3 starts.py WHICH PORT

`alone` does not run twice at a time in one folder. `not-the-second` refuses its second start there,
`not-the-fourth` its fourth, and `not-after-the-third` every one from the fourth on.
"""

import fcntl
import os
import sys

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources

import server


def alone():
    """Lock a file as long as the program runs."""
    file = open('lock', 'w')
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit('another one runs here')
    return file


def number():
    """Return which start in this folder this is: no two of them can make the same folder."""
    count = 1
    while True:
        try:
            os.mkdir('start-%d' % count)
            return count
        except FileExistsError:
            count += 1


STARTS = {
    'alone': alone,
    'not-the-second': lambda: number() != 2 or sys.exit('no luck today'),
    'not-the-fourth': lambda: number() != 4 or sys.exit('no luck today'),
    'not-after-the-third': lambda: number() < 4 or sys.exit('no luck any more'),
}


if __name__ == '__main__':
    kept = STARTS[sys.argv.pop(1)]()
    server.Server.ServerWorker = server.Careful
    server.Server.Server().main()
