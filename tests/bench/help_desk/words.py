"""The texts of tickets. How often a word occurs falls with its rank by Zipf's law, so that a search finds rare, middling and very
common words."""

import array
import itertools
import pathlib

LIST = pathlib.Path("/usr/share/dict/american-english")  # of Debian's package wamerican
# The first ranks, among them words that full-text indexes leave out by default: too short, or too common.
COMMON = """the to and I a is it not we of in that on for with my be have this you are can has was when from after please but error
at since as no an if our so your do or all will still by been there does PC work printer they password working screen which message
Outlook email again account login get set up today file server one network user out new computer time now try just only help need
tried connect would could back issue off how what any why its me back change more than same see also other VPN open update system
Windows browser office phone call install reset problem cannot monitor laptop thanks regards""".split()
LENGTHS = (20, 2000)  # words of a text
STREAM = 1_000_000  # words


def read_words(random):
    """Returns the words by rank, the most common first."""
    try:
        listed = LIST.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        raise SystemExit(f"{LIST} is missing; install Debian's package wamerican") from None
    common = list(dict.fromkeys(COMMON))
    rare = sorted({word for word in listed if "'" not in word} - set(common))
    random.shuffle(rare)
    return common + rare


def sentences(random, words):
    """Yields the words without end, as sentences in paragraphs."""
    while True:
        for sentence in range(random.randint(2, 7)):
            chosen = [next(words) for _ in range(random.randint(4, 20))]
            chosen[0] = chosen[0].capitalize()
            yield from chosen[:-1]
            yield chosen[-1] + random.choice("....?!")
        yield "\n"


class Texts:
    def __init__(self, random, size):
        """`size` is about how many texts will be taken. It bounds how many different sentences there are."""
        self.random = random
        self.ranked = read_words(random)
        self.weights = list(itertools.accumulate(1 / (rank + 2) ** 1.05 for rank in range(len(self.ranked))))
        self.words = self.endless_words()
        self.stream, self.offsets = self.make_stream(max(30_000, min(STREAM, size)))

    def endless_words(self):
        while True:
            yield from self.random.choices(self.ranked, cum_weights=self.weights, k=10_000)

    def make_stream(self, size):
        """Returns one long text, and where each of its words begins. A text is a piece of it."""
        pieces, offsets, length = [], array.array("I"), 0
        for word in sentences(self.random, self.words):
            if word == "\n":
                pieces[-1] += "\n\n"
                length += 1
                if len(pieces) > size:
                    return " ".join(pieces).replace("\n\n ", "\n\n"), offsets
                continue
            offsets.append(length)
            pieces.append(word)
            length += len(word) + 1

    def piece(self, count):
        """Returns so many words that follow each other in the stream."""
        first = int(self.random.random() * (len(self.offsets) - count - 1))
        return self.stream[self.offsets[first]:self.offsets[first + count] - 1].rstrip()

    def reference(self):
        """Returns three words of this text alone; the last may be a name that hardly any other text has."""
        chance = self.random.random()
        if chance < 0.2:
            last = f"SN{self.random.randrange(10 ** 8):08}"
        elif chance < 0.5:
            last = f"E{1000 + int(self.random.random() ** 3 * 2000)}"
        else:
            last = next(self.words)
        return f"{next(self.words)} {next(self.words)} {last}"

    def text(self):
        shortest, longest = LENGTHS
        count = int(self.random.lognormvariate(3.8, 0.9))
        text = self.piece(max(shortest, min(count, longest)) - 3)
        return f"{text[0].upper()}{text[1:]} {self.reference()}."

    def subject(self):
        subject = self.piece(self.random.randint(2, 6)).replace("\n\n", " ").rstrip(".?!")
        if self.random.random() < 0.2:
            subject += f" {self.reference()}"
        return f"{subject[0].upper()}{subject[1:]}"[:255]
