"""Starts a program with a Tk window, unmodified, and presses its buttons when lab_check asks.

    press.py PORT LAUNCHER.py ARGUMENTS...
    press.py PORT -m MODULE ARGUMENTS...
    press.py PORT+ ...          tells of the exceptions of the program's own files, too

The launcher is the main program of this process, with the outputs and the end that it has without
this script. lab_check listens at PORT of this machine. A message is a line of words with tabs between
them. It asks:

    press NAME ...              to press the first of these that there is: setup play pause teardown,
                                or close, which is the cross of the window

and is told:

    window                      a window has opened
    pressed TEXT                it is being pressed
    absent WHY TEXT ...         none of them is there, or can be pressed; and what is there
    picture LENGTH FIRST LAST   PIL opens a picture; its first and last bytes in hexadecimal
    refused LENGTH FIRST LAST   PIL does not take it for one
    shown WIDTH HEIGHT          the window shows another picture than before
    raised TIMES TYPE MESSAGE FILE LINE FUNCTION
                                an exception that a file of the program's folder has raised, at its
                                first, 10th, 100th … time, whoever catches it
    draws NAME                  the program draws by a library whose pictures are not seen

What a message box says, and which handler of a button does not return, is for the reader of the card:
it is written on standard error. Python 3.6 or newer, and nothing but its standard library.
"""

import os
import queue
import re
import runpy
import socket
import sys
import threading
import time
import types
import unicodedata

LATE = 2  # seconds in which a button may still be made, or enabled
QUIET = 0.2  # seconds without a new button, after which the window is taken to be built
HANGS = 2  # seconds after which a handler should have returned
TURN = 20  # milliseconds between two looks at the window
FIRST, LAST = 8, 16  # bytes of a picture by which it is told from others

# What the buttons are called, the best name first: whole words, in small letters.
NAMES = {
    'setup': ['setup', 'set up', 'set-up', 'connect', 'initialize', 'init', 'prepare', 'open',
              'thiết lập', 'cài đặt', 'khởi tạo', 'kết nối', 'configurar', 'preparar', 'conectar',
              'einrichten', 'verbinden', 'configurer', 'préparer', '设置', '建立', '连接', '初始化'],
    'play': ['play', 'start', 'resume', 'run', 'continue', 'begin', 'phát', 'chạy', 'xem', 'bắt đầu',
             'tiếp tục', 'reproducir', 'reproduzir', 'tocar', 'iniciar', 'abspielen', 'wiedergabe',
             'lecture', 'jouer', 'lire', '播放', '开始', '▶', '►', '⏵'],
    'pause': ['pause', 'hold', 'tạm dừng', 'tạm ngưng', 'tạm ngừng', 'pausar', 'pausa', 'anhalten',
              'suspendre', '暂停', '⏸', '❚❚'],
    'teardown': ['teardown', 'tear down', 'tear-down', 'stop', 'disconnect', 'finish', 'end', 'exit',
                 'quit', 'close', 'kết thúc', 'dừng', 'dừng hẳn', 'ngắt kết nối', 'thoát', 'đóng',
                 'parar', 'terminar', 'salir', 'sair', 'beenden', 'stopp', 'arrêter', 'quitter',
                 '停止', '结束', '断开', '退出', '⏹', '■'],
}
# What the handler of a button may be called that has no text.
HANDLERS = {
    'setup': r'set_?up|connect',
    'play': r'play|resume|start',
    'pause': r'pause',
    'teardown': r'tear_?down|exit|quit|stop|close',
}
OTHER_SCREENS = ['cv2', 'pygame', 'PyQt5', 'PyQt6', 'PySide2', 'PySide6', 'wx', 'kivy', 'vlc']


class Link:
    """The connection to lab_check. If that has gone, nobody is told anything."""

    def __init__(self, port):
        self.lock = threading.Lock()
        self.socket = socket.create_connection(('127.0.0.1', port), 5)
        self.socket.settimeout(0.2)

    def tell(self, *words):
        """Send a message; what would end it, or a word of it, becomes a space."""
        line = '\t'.join(re.sub(r'\s+', ' ', str(word)) for word in words) + '\n'
        with self.lock:
            try:
                self.socket.sendall(line.encode('utf-8', 'replace'))
            except OSError:
                pass

    def messages(self):
        """Return what is asked, line by line; None when nothing has come for a moment."""
        rest = b''
        while True:
            try:
                more = self.socket.recv(4096)
            except socket.timeout:
                yield None
                continue
            except OSError:
                return
            if not more:
                return
            *lines, rest = (rest + more).split(b'\n')
            for line in lines:
                yield line.decode().split('\t')


# Which button is meant.

def folded(text):
    """Return a text as it is compared: small letters, and one space between words."""
    text = unicodedata.normalize('NFC', str(text)).casefold()
    words = re.sub(r'[^\w-]+|_', ' ', text).split()
    return ' '.join(words) or text.strip()


def fits(button, name):
    """Return how well a button's text or handler fits, the less the better, or None."""
    text, names = folded(button.text), NAMES[name]
    if text in names:
        return names.index(text)
    if any(text in others for others in NAMES.values()):
        return None  # 'Tạm dừng' has 'dừng' in it, and is another button
    for index, known in enumerate(names):
        if re.search(r'(?<!\w)%s(?!\w)' % re.escape(known), text):
            return 100 + index
    if re.search(HANDLERS[name], button.handler, re.I):
        return 200
    return None


class Button:
    """Something in the window that can be pressed."""

    def __init__(self, widget, text, handler, state, press):
        self.widget, self.text, self.handler = widget, text, handler
        self.is_enabled = state != 'disabled'
        self.press = press

    def __str__(self):
        return self.text or '(no text, %s)' % (self.handler or 'no name')


def option(widget, name):
    """Return an option of a widget, or nothing if it has no such option."""
    try:
        value = widget.cget(name)
    except Exception:
        return ''
    return getattr(value, '__name__', None) or str(value)


def tree(widget):
    """Return a widget and all that are in it."""
    yield widget
    for child in widget.winfo_children():
        yield from tree(child)


def entries(menu):
    """Return what can be chosen from a menu."""
    last = menu.index('end')
    for index in range(0 if last is None else last + 1):
        if menu.type(index) == 'command':
            yield Button(menu, menu.entrycget(index, 'label'), '', menu.entrycget(index, 'state'),
                         lambda index=index: menu.invoke(index))


def click(widget):
    """Click a widget that listens to the mouse. One that is new has no place before it is drawn."""
    widget.update_idletasks()
    for event in ('<Enter>', '<ButtonPress-1>', '<ButtonRelease-1>'):
        widget.event_generate(event, x=2, y=2)


def buttonsOf(widget):
    """Return what can be pressed of a widget itself."""
    if widget.winfo_class() == 'Menu':
        return list(entries(widget))
    # Tk writes a handler as its number and its name.
    handler = re.sub(r'^\d+', '', option(widget, 'command'))
    hears = any('Button' in event and '1' in event or event == '<Button>' for event in widget.bind())
    if hasattr(widget, 'invoke') and (handler or not hears):
        press = widget.invoke
    elif hears:
        press = lambda: click(widget)
    else:
        return []
    return [Button(widget, option(widget, 'text'), handler, option(widget, 'state'), press)]


# What the window shows.

def picturesIn(widget):
    """Return the names of the pictures that a widget shows, unless it is a button."""
    kind = widget.winfo_class()
    if 'utton' in kind or kind == 'Menu':
        return []
    if kind == 'Canvas':
        items = [item for item in widget.find_all() if widget.type(item) == 'image']
        names = [widget.itemcget(item, 'image') for item in items]
    else:
        names = option(widget, 'image').split()[:1]
    return [name for name in names if name]


def likeness(tk, name):
    """Return size, name and some pixels of a picture: one that is painted over keeps its name."""
    width, height = int(tk.call('image', 'width', name)), int(tk.call('image', 'height', name))
    places = [(width * x // 5, height * y // 5) for x in range(1, 5) for y in range(1, 5)]
    try:
        pixels = [str(tk.call(name, 'get', x, y)) for x, y in places]
    except Exception:
        pixels = []  # a bitmap has none
    return width, height, name, pixels


class Hand:
    """Looks at the windows of the program, in their own thread, and does there what is asked."""

    def __init__(self, link):
        self.link = link
        self.roots = []
        self.asked = queue.Queue()
        self.job = self.until = None
        self.seen, self.seenAt = [], 0  # the buttons, and since when there are these
        self.shown = {}
        self.draws = False
        self.pressed = None  # text, time and thread of what has not returned

    def watch(self, root):
        """Look at a window from now on, whatever runs its loop of events."""
        try:
            root.tk.createcommand('lab_check_turn', lambda: self.turn(root))
            root.winfo_exists()  # without Tk there is no window
        except Exception:
            return
        self.roots.append(root)
        self.link.tell('window')
        self.again(root)

    def again(self, root):
        """Come back soon. This is Tcl's own timer: the one of Python complains when the window goes."""
        try:
            root.tk.call('after', TURN, 'catch lab_check_turn')
        except Exception:
            pass  # it has gone

    def turn(self, root):
        """Look once. The next turn is asked for first, as a handler may run a loop of its own."""
        self.again(root)
        alive = [root for root in self.roots if isAlive(root)]
        if not alive or root is not alive[0]:
            return  # one of several does it all
        widgets = [widget for root in alive for widget in tree(root)]
        self.look(root, widgets)
        if self.job is None and not self.asked.empty():
            self.job, self.until = self.asked.get(), time.monotonic() + LATE
        if self.job is not None:
            self.tryToPress(alive, widgets)

    def look(self, root, widgets):
        """Tell of pictures that have changed."""
        for widget in widgets:
            try:
                for index, name in enumerate(picturesIn(widget)):
                    place, found = (str(widget), index), likeness(root.tk, name)
                    if widget.winfo_viewable() and self.shown.get(place) != found:
                        self.shown[place] = found
                        self.link.tell('shown', found[0], found[1])
            except Exception:
                pass  # it has gone meanwhile
        others = [name for name in OTHER_SCREENS if name in sys.modules]
        if others and not self.draws:
            self.draws = True
            self.link.tell('draws', others[0])

    def tryToPress(self, alive, widgets):
        """Press what is asked for, if the window is built and it can be pressed; else come again."""
        buttons, now = [], time.monotonic()
        for widget in widgets:
            try:
                buttons += buttonsOf(widget)
            except Exception:
                pass  # it has gone meanwhile
        texts = [str(button) for button in buttons]
        if texts != self.seen:
            self.seen, self.seenAt = texts, now
        isLate = now >= self.until
        if now - self.seenAt < QUIET and not isLate:
            return
        for name in self.job:
            if name == 'close':
                return self.press('the cross of the window', lambda: close(alive)) if isLate else None
            fitting = [(fits(button, name), index) for index, button in enumerate(buttons)
                       if button.is_enabled and fits(button, name) is not None]
            if fitting:
                button = buttons[min(fitting)[1]]
                return self.press(str(button), button.press)
        if isLate:
            isThere = any(fits(button, self.job[0]) is not None for button in buttons)
            why = 'is disabled' if isThere else 'is not there'
            self.job = None
            self.link.tell('absent', why, *texts)

    def press(self, text, press):
        """Press it, and note how long its handler takes."""
        self.job = None
        self.link.tell('pressed', text)
        self.pressed = (text, time.monotonic(), threading.get_ident())
        try:
            press()
        except Exception:
            pass  # what the handler raises is reported by Tk; this is what it makes of that
        finally:
            self.pressed = None

    def answer(self):
        """In a thread of its own: take what is asked, and see whether a handler hangs."""
        for words in self.link.messages():
            if words and words[0] == 'press':
                self.asked.put(words[1:])
            if self.pressed and time.monotonic() - self.pressed[1] >= HANGS:
                text, _, thread = self.pressed
                self.pressed = None
                complain('its button %r does not return: %s' % (text, self.whereIs(thread)))

    def whereIs(self, thread):
        """Return the place at which a thread is, outside Python's own library."""
        frame = found = sys._current_frames().get(thread)
        library = os.path.dirname(os.__file__)
        while frame and frame.f_code.co_filename.startswith((library, '<')):
            frame = frame.f_back
        found = frame or found
        code = found.f_code
        return '%s, line %d, in %s' % (os.path.basename(code.co_filename), found.f_lineno, code.co_name)


def isAlive(root):
    try:
        return bool(root.winfo_exists())
    except Exception:
        return False


def close(roots):
    """Do what the cross of the window does."""
    for root in roots:
        handler = root.protocol('WM_DELETE_WINDOW')
        if handler:
            root.tk.eval(handler)
        else:
            root.destroy()


def complain(text):
    print(text, file=sys.stderr, flush=True)


# What is changed before the program starts.

def watchWindows(hand):
    """Have each window looked at, and answer the message boxes, which nobody would see."""
    import tkinter
    from tkinter import commondialog
    real = tkinter.Tk.__init__

    def init(self, *words, **named):
        real(self, *words, **named)
        hand.watch(self)

    def show(self, **named):
        options = dict(self.options or {}, **named)
        answers = {'ok': 'ok', 'okcancel': 'ok', 'yesno': 'yes', 'yesnocancel': 'yes',
                   'retrycancel': 'cancel', 'abortretryignore': 'abort'}
        answer = answers.get(str(options.get('type', '')), '')
        texts = [options.get('title'), options.get('message'), options.get('detail')]
        complain('message box: %s (answered: %s)' % (
            re.sub(r'\s+', ' ', ': '.join(str(text) for text in texts if text)), answer or 'nothing'))
        return answer

    tkinter.Tk.__init__ = init
    commondialog.Dialog.show = show


def watchPictures(link):
    """Tell of each picture that PIL opens, if PIL is there."""
    try:
        from PIL import Image
    except ImportError:
        return
    real = Image.open

    def opened(source, *words, **named):
        try:
            data = bytesOf(source)
        except (OSError, ValueError):
            data = b''
        told = (len(data), data[:FIRST].hex(), data[-LAST:].hex())
        try:
            picture = real(source, *words, **named)
        except Exception:
            if data:
                link.tell('refused', *told)
            raise
        link.tell('picture', *told)
        return picture

    Image.open = opened


class Exceptions:
    """Tells of exceptions: a bare `except:` hides them from everything but a tracer."""

    # What says only that nothing has come yet, or that all is over.
    USUAL = (StopIteration, GeneratorExit, SystemExit, KeyboardInterrupt, socket.timeout, BlockingIOError,
             queue.Empty)

    def __init__(self, link, folder):
        self.link, self.folder = link, os.path.join(os.path.realpath(folder), '')
        self.times = {}
        self.last = threading.local()
        threading.settrace(self.enter)
        sys.settrace(self.enter)

    def enter(self, frame, event, value):
        """Look into the functions of the program's own files, and there at exceptions alone."""
        name = frame.f_code.co_filename
        if name.startswith('<') or not os.path.realpath(name).startswith(self.folder):
            return None
        frame.f_trace_lines = False
        return self.look

    def look(self, frame, event, value):
        """Tell of an exception where it comes into these files, once for all frames that it passes."""
        if event != 'exception' or isinstance(value[1], self.USUAL) or value[0] in self.USUAL:
            return self.look
        if getattr(self.last, 'seen', None) is value[1]:
            return self.look
        self.last.seen = value[1]
        code = frame.f_code
        place = (value[0].__name__, os.path.basename(code.co_filename), frame.f_lineno)
        times = self.times[place] = self.times.get(place, 0) + 1
        if str(times).strip('0') == '1':
            self.link.tell('raised', times, value[0].__name__, value[1], place[1], place[2], code.co_name)
        return self.look


def bytesOf(source):
    """Return what PIL is about to read: a file by its name, or one that is open."""
    if hasattr(source, 'read'):
        place = source.tell()
        data = source.read()
        source.seek(place)
        return data
    with open(source, 'rb') as file:
        return file.read()


def run(words):
    """Run the launcher as Python itself would."""
    own = os.path.dirname(os.path.abspath(__file__))
    isSafe = not sys.path or os.path.abspath(sys.path[0]) != own  # python3 -I, or -P
    folder = os.getcwd() if words[0] == '-m' else os.path.dirname(os.path.abspath(words[0]))
    if not isSafe:
        sys.path[0] = folder
    if words[0] == '-m':
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name='__main__', alter_sys=True)
        return
    sys.argv = words
    with open(words[0], 'rb') as file:
        code = compile(file.read(), words[0], 'exec')
    main = types.ModuleType('__main__')
    main.__file__ = words[0]
    sys.modules['__main__'] = main
    exec(code, main.__dict__)


def main(port, words):
    """Connect, look at Tk, and become the launcher."""
    link = Link(int(port.rstrip('+')))
    hand = Hand(link)
    threading.Thread(target=hand.answer, name='press', daemon=True).start()
    try:
        watchWindows(hand)
    except ImportError as error:
        complain('its buttons can not be pressed: %s' % error)
    watchPictures(link)
    if port.endswith('+'):
        isModule = words[0] == '-m'
        Exceptions(link, os.getcwd() if isModule else os.path.dirname(os.path.abspath(words[0])))
    run(words)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
