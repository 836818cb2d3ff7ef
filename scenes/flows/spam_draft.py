"""Find the mails nobody asked for: as it was before its threshold was found."""

import random
from collections import Counter
from math import log

from metaflow import FlowSpec, Parameter, step

WORDS = [
    *("meeting", "report", "lunch", "invoice", "project", "team", "train"),
    *("review", "prize", "casino", "crypto", "bargain", "click", "winner"),
]


class SpamFlow(FlowSpec):
    """Learn to tell spam from mail."""

    seed = Parameter("seed", default=7)
    smooth = (0.1, 1.0, 10.0)

    @step
    def start(self):
        """Load two thousand mails, two in five of them spam."""
        dice = random.Random(self.seed)
        kinds = [dice.random() < 0.4 for _ in range(2000)]
        self.mails = [(spam, some_words(dice, spam)) for spam in kinds]
        self.next(self.count)

    @step
    def count(self):
        """Count in how many mails of each kind a word stands."""
        rarest = 1
        learn = self.mails[:60]
        self.words = [common_words(learn, kind, rarest) for kind in (False, True)]
        self.next(self.train, foreach="smooth")

    @step
    def train(self):
        """Weigh every word, and see how many mails that gets right."""
        weights = log_odds(self.words, self.input)
        guesses = [sum(weights[w] for w in words) > 0.0 for _, words in self.mails]
        right = sum(guess == spam for guess, (spam, _) in zip(guesses, self.mails))
        print(f"{right} of {len(self.mails)} right")
        self.model = {"smooth": self.input, "right": right, "weights": weights}
        self.next(self.choose)

    @step
    def choose(self, inputs):
        """Keep the one that gets most of them right."""
        best = max((task.model for task in inputs), key=lambda model: model["right"])
        self.best = best["smooth"]
        self.next(self.end)

    @step
    def end(self):
        """Say which it is."""
        self.report = f"smooth by {self.best}"
        print(self.report)


def some_words(dice, spam):
    """Write a mail: spam draws from the end of the list, mail from its beginning."""
    return [WORDS[min(13, int(14 * dice.random() ** (0.6 if spam else 1.6)))] for _ in range(6)]


def common_words(mails, kind, rarest):
    """Count words, each once a mail, and leave out the rarest."""
    counts = Counter(word for spam, words in mails if spam == kind for word in set(words))
    return {word: count for word, count in sorted(counts.items()) if count >= rarest}


def log_odds(words, smooth):
    """Say how much each word speaks for spam."""
    clean, junk = words
    return {w: log((junk.get(w, 0) + smooth) / (clean.get(w, 0) + smooth)) for w in WORDS}


if __name__ == "__main__":
    SpamFlow()
