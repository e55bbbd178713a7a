"""Polls that are killed, or cut off from the server, at any moment, and then run once more: tests for any server.

Store, CSV files and the server's folders must equal those of an undisturbed run.
"""
import random
import time

from . import corpus
from .place import Place, Tally, side_by_side, spread
from .program import OK, preloaded, shared_library
from .proxy import Cut

CUT_EVERY = 4096
SIDE_BY_SIDE = 2
VARIANTS = ({"after_import": "move:TLS/Done", "after_reject": "flag"},
            {"after_import": "delete", "after_reject": "move:Bad"})
TRIES = 10  # to kill a run before it is done


class Crashes:
    """Tests for a Scene with a kind of server, a number of mails, of kills and of cuts (0: one every 4 KB)."""
    variants = VARIANTS

    @classmethod
    def setUpClass(cls):
        mails = corpus.build(cls.mails, seed=9, duplicates=0.05, broken=0.05, other=0.05, conflicts=0.03, size=1).mails
        cls.server = cls.kind()
        cls.places = [Place(cls.server, f"crash{i}@example.org", mails) for i in range(SIDE_BY_SIDE)]

    @classmethod
    def tearDownClass(cls):
        for place in cls.places:
            place.doCleanups()
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.random = random.Random(17)
        self.tally = Tally()

    def judge(self, what, least):
        print(f"# {self.tally} ({what})")
        self.assertEqual([], self.tally.differing)
        self.assertGreaterEqual(self.tally.moments, least)

    def test_killed_at_calls_that_write(self):
        library = shared_library(self.path("die.so"), "die.c")
        count = self.path("count")
        for variant in self.variants:
            config = self.places[0].begin(variant)
            wanted = self.places[0].run_whole(config, env=preloaded(library, DIE_COUNT=count))
            with open(count) as f:
                calls = int(f.read())

            def kill(place, at, variant=variant, wanted=wanted, calls=calls):
                behind = self.random.choice((1, -1))
                config = place.begin(variant)
                while not place.run_killed(config, preloaded(library, DIE_AT=str(at * behind))):
                    at -= 1  # this run had fewer of them
                    config = place.begin(variant)
                self.tally.add(f"{variant}: call {at * behind} of {calls}", place.run_whole(config), wanted)
            side_by_side(self.places, kill, [at + 1 for at in spread(self.random, self.kills // 4, calls)])
        self.judge("killed at calls that write", 2 * (self.kills // 4))

    def test_killed_at_random_times(self):
        for variant in self.variants:
            def measure(place, _, variant=variant):
                config = place.begin(variant)
                began = time.monotonic()
                place.expect(OK, "-c", config, "poll", "-q")
                return time.monotonic() - began, place.state()
            seconds, wanted = side_by_side(self.places, measure, self.places)[0]

            def kill(place, seed, variant=variant, wanted=wanted, seconds=seconds):
                when = random.Random(seed)
                for _ in range(TRIES):
                    after = when.uniform(0, seconds)
                    config = place.begin(variant)
                    if place.run_killed(config, after=after):
                        self.tally.add(f"{variant}: after {after:.3f} s", place.run_whole(config), wanted)
                        return
            side_by_side(self.places, kill, [self.random.random() for _ in range(self.kills // 4)])
        # on a busy machine a run may end before its kill, however often it is tried
        self.judge("killed at random times", self.kills // 4)

    def test_cut_off_from_the_server(self):
        for variant in self.variants:
            whole = Cut(self.server.tls_port, 1 << 40)
            wanted = self.places[0].run_whole(self.places[0].begin(variant, port=whole.port))
            whole.close()
            places = range(CUT_EVERY, whole.sent, CUT_EVERY)
            if 0 < self.cuts // len(self.variants) < len(places):
                places = sorted(self.random.sample(places, self.cuts // len(self.variants)))

            def cut(place, after, variant=variant, wanted=wanted, sent=whole.sent):
                proxy = Cut(self.server.tls_port, after)
                try:
                    config = place.begin(variant, port=proxy.port)
                    place.run_it("-c", config, "poll", "-q")
                    if proxy.was_cut:  # the server does not say the same each time
                        self.tally.add(f"{variant}: cut after {after} bytes of {sent}", place.run_whole(config), wanted)
                finally:
                    proxy.close()
            side_by_side(self.places, cut, places)
        self.judge("cut off", 1)
