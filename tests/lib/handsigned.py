"""Mails signed tag by tag, for what no signing library would write (RFC 6376, sections 3.4, 3.5 and 3.7)."""
import base64
import hashlib
import os
import re
import subprocess
import tempfile

NAMES = "from:to:subject:date:message-id:tls-report-domain:tls-report-submitter"
BODY_HASH, SIGNATURE = "@BH@", "@B@"


def body_form(body, relaxed):
    if relaxed:
        body = b"\r\n".join(re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n"))
    body = re.sub(rb"(\r\n)*\Z", b"", body)
    return body + b"\r\n" if body or not relaxed else b""


def field_form(field, relaxed):
    if not relaxed:
        return field
    name, _, value = field.partition(b":")
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + value + b"\r\n"


def fields(head):
    """Each with its folds and line end."""
    return re.findall(rb"(?ms)^[^ \t\r\n][^\n]*\n(?:[ \t][^\n]*\n)*", head + b"\r\n")


def signed_data(raw, signature, names, relaxed):
    """What the header hash is made of; of several fields the lowest comes first."""
    left = fields(raw.partition(b"\r\n\r\n")[0])
    out = []
    for name in names.split(":"):
        for field in reversed(left):
            if field.partition(b":")[0].strip().lower() == name.strip().lower().encode():
                left.remove(field)
                out.append(field_form(field, relaxed))
                break
    return b"".join(out) + field_form(signature + b"\r\n", relaxed).removesuffix(b"\r\n")


def command(*args, **how):
    return subprocess.run(["openssl", *args], capture_output=True, check=True, **how).stdout


class Key:
    """A key pair: RSA of so many bits, or with 0 Ed25519."""

    def __init__(self, bits):
        self.is_rsa = bits > 0
        how = ("genrsa", "-traditional", str(bits)) if bits else ("genpkey", "-algorithm", "ed25519")
        self.private = command(*how)
        self.public = command("pkey", "-pubout", "-outform", "DER", input=self.private)
        if bits == 0:
            self.public = self.public[-32:]

    @property
    def p(self):
        return base64.b64encode(self.public).decode()

    @property
    def bare(self):
        """RSAPublicKey, as RFC 6376 speaks of it, without what says that it is RSA."""
        der = command("rsa", "-pubin", "-inform", "DER", "-RSAPublicKey_out", "-outform", "DER", input=self.public)
        return base64.b64encode(der).decode()

    @property
    def record(self):
        return f"v=DKIM1; k={'rsa' if self.is_rsa else 'ed25519'}; p={self.p}"

    def sign(self, data):
        with tempfile.TemporaryDirectory() as folder:
            key, text = os.path.join(folder, "key"), os.path.join(folder, "text")
            with open(key, "wb") as f:
                f.write(self.private)
            with open(text, "wb") as f:
                f.write(data if self.is_rsa else hashlib.sha256(data).digest())
            if self.is_rsa:
                return command("dgst", "-sha256", "-sign", key, text)
            return command("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", text)


def tags(selector, domain="reporter.example", **others):
    """The tags of a signature in their order; a value of None leaves one out, names that are not known come last."""
    usual = {"v": "1", "a": "rsa-sha256", "c": "relaxed/relaxed", "d": domain, "s": selector, "h": NAMES,
             "bh": BODY_HASH, "b": SIGNATURE}
    return "; ".join(f"{name}={value}" for name, value in {**usual, **others}.items() if value is not None)


def sign(raw, text, key, names=NAMES, forms=("relaxed", "relaxed")):
    """The mail with a DKIM-Signature of that text in front of it."""
    digest = hashlib.sha256(body_form(raw.partition(b"\r\n\r\n")[2], forms[1] == "relaxed")).digest()
    field = b"DKIM-Signature: " + text.encode().replace(BODY_HASH.encode(), base64.b64encode(digest))
    data = signed_data(raw, field.replace(SIGNATURE.encode(), b""), names, forms[0] == "relaxed")
    return field.replace(SIGNATURE.encode(), base64.b64encode(key.sign(data))) + b"\r\n" + raw
