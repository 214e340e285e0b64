"""A window of the lab in another form: python3 window.py FORM HOST PORT RTP_PORT MOVIE

FORM `lab` has the lab's four buttons. Every other one is a small class below, named after it: buttons of
another kind or with other words, or a fault. Without arguments the names are printed. The window needs
Tk and nothing else: for each frame it shows a small picture whose colour is made of the frame. `lab_check`
must find and press the buttons, and name each fault.
"""

import queue
import sys
import threading
import tkinter
import zlib
from tkinter import messagebox, ttk

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources

from client import Careful
from Client import ClientError


class Lab(Careful):
    """No fault. Frames are shown by the window's own thread, so that none waits for another."""

    texts = ['Setup', 'Play', 'Pause', 'Teardown']
    kind = tkinter.Button

    def createWidgets(self):
        """Build the window."""
        self.frames = queue.Queue()
        self.label = tkinter.Label(self.master)
        self.label.pack()
        self.createButtons()
        self.master.protocol('WM_DELETE_WINDOW', self.handler)
        self.showFrames()

    def createButtons(self):
        """Build the row of buttons."""
        handlers = [self.setupMovie, self.playMovie, self.pauseMovie, self.exitClient]
        for text, handler in zip(self.texts, handlers):
            if text:
                self.createButton(text, handler)

    def createButton(self, text, handler):
        """Build a button."""
        self.kind(self.master, text=text, command=handler).pack(side='left')

    def updateMovie(self, imageFile):
        """Have the newest frame shown."""
        self.frames.put(self.frameNbr)

    def showFrames(self):
        """Show what has come, and come back soon."""
        try:
            number = None
            while True:
                number = self.frames.get_nowait()
        except queue.Empty:
            if number is not None:
                self.show(number)
        self.master.after(10, self.showFrames)

    def show(self, number):
        """Show a picture for a frame."""
        self.label.image = picture(number)
        self.label.configure(image=self.label.image)


def picture(number):
    """Return a picture of one colour."""
    color = '#%06x' % (zlib.crc32(b'%d' % number) & 0xffffff)
    image = tkinter.PhotoImage(width=64, height=48)
    image.put(color, to=(0, 0, 64, 48))
    return image


class BigButton(tkinter.Button):
    """A button of the program's own."""

    def __init__(self, master, **options):
        super().__init__(master, font=('Helvetica', 20), **options)


class OtherWords(Lab):
    """No fault: other words, one of them with a word of another button in it."""

    texts = ['Set up', 'Start', 'Tạm dừng', 'Dừng']
    kind = BigButton


class Themed(Lab):
    """No fault: buttons of ttk, in small letters, with signs."""

    texts = ['set-up', '▶ play', '⏸ pause', '⏹ tear down']
    kind = ttk.Button


class PicturesWithText(Lab):
    """No fault: pictures with text below."""

    def createButton(self, text, handler):
        image = picture(len(text))
        button = tkinter.Button(self.master, image=image, text=text, compound='top', command=handler)
        button.image = image
        button.pack(side='left')


class Pictures(Lab):
    """No fault: pictures without text; they are told by the names of their handlers."""

    def createButton(self, text, handler):
        image = picture(len(text))
        button = tkinter.Button(self.master, image=image, command=handler)
        button.image = image
        button.pack(side='left')


class Labels(Lab):
    """No fault: labels in a frame that hear a click."""

    def createButton(self, text, handler):
        row = tkinter.Frame(self.master)
        row.pack(side='left')
        label = tkinter.Label(row, text=text)
        label.bind('<Button-1>', lambda event: handler())
        label.pack()


class Late(Lab):
    """No fault: the buttons are made a second after the window."""

    def createButtons(self):
        self.master.after(1000, super().createButtons)


class NoSetup(Lab):
    """No fault: Play does what Setup would have done."""

    texts = ['', 'Play', 'Pause', 'Teardown']


class Repaints(Lab):
    """No fault: one picture, painted over for each frame, on a canvas."""

    image = None

    def show(self, number):
        if not self.image:
            canvas = tkinter.Canvas(self.master, width=64, height=48)
            canvas.pack()
            self.image = tkinter.PhotoImage(width=64, height=48)
            canvas.create_image(32, 24, image=self.image)
        self.image.put('#%06x' % (zlib.crc32(b'%d' % number) & 0xffffff), to=(0, 0, 64, 48))


class AsksAtTheEnd(Lab):
    """No fault: no button for the end but the window's cross, which asks."""

    texts = ['Setup', 'Play', 'Pause', '']

    def handler(self):
        if messagebox.askokcancel('Quit?', 'Are you sure you want to quit?'):
            self.exitClient()


class NoPause(Lab):
    """No fault, but there is no button to PAUSE."""

    texts = ['Setup', 'Play', '', 'Teardown']


class Disabled(Lab):
    """The button to PLAY is never enabled."""

    def createButton(self, text, handler):
        state = 'disabled' if text == 'Play' else 'normal'
        tkinter.Button(self.master, text=text, command=handler, state=state).pack(side='left')


class NoButtons(Lab):
    """A window without a button."""

    def createButtons(self):
        pass


class OnlyOthers(Lab):
    """Two buttons that have nothing to do with it."""

    def createButtons(self):
        tkinter.Button(self.master, text='Replay options', command=print).pack()
        tkinter.Button(self.master, text='Help').pack()


class Dies(Lab):
    """It ends before it has a window."""

    def createWidgets(self):
        raise ClientError('no such skin')


class DiesOfSetup(Lab):
    """The handler of Setup raises an error, and nothing is sent."""

    def setupMovie(self):
        raise KeyError('movie')


class Hangs(Lab):
    """The handler of Play never returns, and nothing is sent."""

    def playMovie(self):
        threading.Event().wait()


class HidesPictures(Lab):
    """The pictures are made, and put into a label that is nowhere."""

    def createWidgets(self):
        super().createWidgets()
        self.label.pack_forget()


class ShowsNothing(Lab):
    """An error in what shows the frames is swallowed."""

    def show(self, number):
        try:
            self.lable.configure(image=picture(number))
        except Exception:
            pass


class ShowsTheFirst(Lab):
    """The first frame stays."""

    def show(self, number):
        if not self.label.cget('image'):
            super().show(number)


def forms():
    """Return the classes by the names of their forms."""
    found = {}
    for name, form in globals().items():
        if isinstance(form, type) and issubclass(form, Lab):
            words = ''.join('-' + c.lower() if c.isupper() else c for c in name)
            found[words.lstrip('-')] = form
    return found


def main():
    """Open the window, and run until it is closed."""
    if len(sys.argv) != 6 or sys.argv[1] not in forms():
        sys.exit('Usage: window.py FORM HOST PORT RTP_PORT MOVIE\nForms: ' + ' '.join(forms()))
    form, host, port, rtpPort, movie = sys.argv[1:]
    try:
        client = forms()[form](tkinter.Tk(), host, int(port), int(rtpPort), movie)
    except ClientError as error:
        sys.exit(str(error))
    client.master.mainloop()
    client.close()
    client.printStatistics()


if __name__ == '__main__':
    main()
