"""unittest with TAP output, so that every kind of test of this project is counted the same way."""
import re
import sys
import unittest


class _Result(unittest.TestResult):
    def __init__(self, out):
        super().__init__()
        self.out = out
        self.number = 0

    def _line(self, good, test, note=""):
        self.number += 1
        name = test.id() if hasattr(test, "id") else str(test)
        # "setUpClass (__main__.Class)" is what a class as a whole is called
        name = re.sub(r"^(\w+) \((.*)\)$", r"\2.\1", name).split(".", 1)[-1]
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}{note}", file=self.out, flush=True)

    def _trouble(self, test, err):
        self._line(False, test)
        for line in self._exc_info_to_string(err, test).rstrip().splitlines():
            print("#   " + line, file=self.out, flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._trouble(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._trouble(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._trouble(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(True, test, f" # SKIP {reason}")


def main(module="__main__"):
    """Run the tests of a module, or those of them whose name holds a word of the command line."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module])
    words = sys.argv[1:]
    chosen = unittest.TestSuite()
    for group in suite:
        keep = [t for t in group if not words or any(w in t.id() for w in words)]
        chosen.addTest(unittest.TestSuite(keep))
    result = _Result(sys.stdout)
    chosen.run(result)
    print(f"1..{result.number}", flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)
