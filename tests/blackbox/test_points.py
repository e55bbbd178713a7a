#!/usr/bin/env python3
"""Every point of check has one sentence: explain and the manual say the same of it."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import TOP, Scene  # noqa: E402

PAGE = os.path.join(TOP, "man", "tlsrua-publishing.7")
BY_POLICY = "failed under a policy of mode enforce, a warning under testing, a note without MTA-STS"


def plain(text):
    """Words of the page without the escapes of roff."""
    text = re.sub(r"\\\[u([0-9A-F]{4})\]", lambda m: chr(int(m[1], 16)), text)
    for escape, character in (("\\(aq", "'"), ("\\(ga", "`"), ("\\(dq", '"'), ("\\&", ""), ("\\e", "\\")):
        text = text.replace(escape, character)
    return " ".join(text.split())


class Points(Scene):
    def listed(self):
        """name -> sentence, as explain lists them"""
        part = self.expect_silence("explain").out.split("Points of `check DOMAIN`\n")[1]
        return dict(re.match(r"  (\S+) +(.*)", line).groups() for line in part.splitlines())

    def manual(self):
        """name -> what the page says of it"""
        with open(PAGE, encoding="utf-8") as f:
            part = f.read().split(".Sh POINTS\n")[1].split(".Sh ")[0]
        return {name: plain(text.replace("\n.br\n", " ").split("\n.El")[0])
                for name, text in re.findall(r"(?s)\.It Li (\S+)\n(.*?)(?=\.It Li |\Z)", part)}

    def test_the_manual_has_each_of_them(self):
        self.assertEqual(sorted(self.listed()), sorted(self.manual()))
        self.assertGreater(len(self.listed()), 120)

    def test_explain_and_the_manual_say_the_same(self):
        manual = self.manual()
        for name, sentence in self.listed().items():
            with self.subTest(name):
                words = " ".join(self.expect_silence("explain", name).out.split())
                state, said = re.search(rf"{name} \(`check`, [^:]*: ([^)]*)\) (.*)", words).groups()
                state = "By policy" if state == BY_POLICY else state[0].upper() + state[1:]
                self.assertTrue(said.startswith(sentence), said)
                self.assertEqual(f"{state}: {said}", manual[name])


if __name__ == "__main__":
    tap.main()
