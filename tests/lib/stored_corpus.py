"""Scenes with a store of many mails, which is made once for all tests of a class."""
from datetime import date

from . import corpus
from .program import Scene


class StoredCorpus(Scene):
    made_of = {}  # options of corpus.build()
    filled = None  # the store, once it is made

    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(1500, **cls.made_of)
        cls.daily = cls.corpus.daily()
        cls.last = max(date.fromisoformat(r[0]) for r in cls.daily)

    def setUp(self):
        super().setUp()
        if type(self).filled is None:
            corpus.write_maildir(self.path("in"), self.corpus.mails)
            self.run_it("-d", self.store, "import", "-q", self.path("in"))
            type(self).filled = self.read("tlsrua.db")
        else:
            self.write("tlsrua.db", self.filled, 0o600)
