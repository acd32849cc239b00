"""Runs a command on a pseudo terminal: pseudo_terminal.py ROWS COLUMNS COMMAND...

Reads lines: "type TEXT", "size ROWS COLUMNS", "screen", "hangup". Prints a line of JSON for each "screen", and one at the end of
the command, with its exit code and, unless it was hung up, whether the settings of the terminal are as they were."""
import codecs, fcntl, json, os, select, signal, struct, sys, termios


class Screen:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.alternate, self.cursor, self.scrolled, self.colours = False, True, 0, False
        self.grids = {False: self.blank(), True: self.blank()}
        self.row = self.column = 0
        self.escape = None

    def blank(self):
        return [[" "] * self.columns for _ in range(self.rows)]

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.grids = {False: self.blank(), True: self.blank()}
        self.row = self.column = 0

    def line_feed(self):
        self.row += 1
        if self.row == self.rows:
            self.row -= 1
            self.scrolled += self.alternate
            grid = self.grids[self.alternate]
            del grid[0]
            grid.append([" "] * self.columns)

    def take(self, text):
        for c in text:
            if self.escape is not None:
                self.escape += c
                if c.isalpha() or c == "~":
                    self.sequence(self.escape)
                    self.escape = None
            elif c == "\033":
                self.escape = ""
            elif c == "\n":
                self.line_feed()
            elif c == "\r":
                self.column = 0
            elif c == "\b":
                self.column = max(0, self.column - 1)
            elif c >= " ":
                if self.column == self.columns:
                    self.column = 0
                    self.line_feed()
                self.grids[self.alternate][self.row][self.column] = c
                self.column += 1

    def sequence(self, code):
        grid = self.grids[self.alternate]
        if code in ("[?1049h", "[?1049l"):
            self.alternate = code.endswith("h")
        elif code in ("[?25h", "[?25l"):
            self.cursor = code.endswith("h")
        elif code == "[H":
            self.row = self.column = 0
        elif code == "[K":
            grid[self.row][self.column:] = [" "] * (self.columns - self.column)
        elif code in ("[J", "[2J"):
            first = 0 if code == "[2J" else self.row
            for i in range(first, self.rows):
                grid[i][self.column if i == self.row and code == "[J" else 0:] = \
                    [" "] * (self.columns - (self.column if i == self.row and code == "[J" else 0))
        elif code.endswith("A"):
            self.row = max(0, self.row - int(code[1:-1] or 1))
        elif code.endswith("C"):
            self.column = min(self.columns - 1, self.column + int(code[1:-1] or 1))
        elif code.endswith("m"):
            self.colours = True

    def state(self, **more):
        lines = ["".join(line).rstrip() for line in self.grids[self.alternate]]
        return json.dumps(dict(rows=lines, alternate=self.alternate, cursor=self.cursor, scrolled=self.scrolled,
                               colours=self.colours, **more), ensure_ascii=False, separators=(",", ":"))


rows, columns = int(sys.argv[1]), int(sys.argv[2])
master, slave = os.openpty()


def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


resize(rows, columns)
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)
    os.environ["TERM"] = "xterm"
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup ignores: this terminal is another one
    os.execvp(sys.argv[3], sys.argv[3:])
sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")
print("process", child)
screen = Screen(rows, columns)
decoder = codecs.getincrementaldecoder("utf-8")()
ended, commands, status = False, b"", 0
inputs = [master, 0]
while True:
    ready, _, _ = select.select(inputs, [], [], 0.05)
    if master in ready:
        screen.take(decoder.decode(os.read(master, 65536)))
    elif ended:
        break
    if 0 in ready:
        chunk = os.read(0, 4096)
        if not chunk:
            inputs.remove(0)
        commands += chunk
        while b"\n" in commands:
            line, commands = commands.split(b"\n", 1)
            words = line.decode().split(" ", 1)
            if words[0] == "type":
                os.write(master, words[1].encode().decode("unicode_escape").encode())
            elif words[0] == "size":
                rows, columns = map(int, words[1].split())
                screen.resize(rows, columns)
                resize(rows, columns)
            elif words[0] == "hangup":
                inputs.remove(master)
                os.close(slave)
                os.close(master)
                slave = None
            elif words[0] == "screen":
                print(screen.state())
    if not ended:
        pid, status = os.waitpid(child, os.WNOHANG)
        ended = pid == child
print(screen.state(exit=os.waitstatus_to_exitcode(status),
                   restored=None if slave is None else termios.tcgetattr(slave) == before))
