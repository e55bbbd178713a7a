"""Mail, put together by hand: senders' own folding and order of fields matter here, so no library does it."""
import base64
import quopri
from email.utils import format_datetime

B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
RECEIVER = "mail.receiver.example"


def date(when):
    return format_datetime(when)


def token(rng, length):
    """Text that looks like base64 and compresses as badly."""
    return base64.b64encode(rng.randbytes(length * 3 // 4 + 3))[:length].decode()


def boundary(rng):
    return f"=_{rng.getrandbits(80):020x}"


def message_id(rng, domain):
    return f"<{rng.getrandbits(64):016x}.{rng.getrandbits(32):08x}@{domain}>"


def encoded(data, how):
    if how == "base64":
        return base64.encodebytes(data)
    if how == "quoted-printable":
        return quopri.encodestring(data) + b"\n"
    return data + b"\n"


def part(headers, body):
    return "\n".join(headers).encode() + b"\n\n" + body


def multipart(mark, parts):
    line = f"--{mark}\n".encode()
    return b"".join(line + p + b"\n" for p in parts) + f"--{mark}--\n".encode()


def folded(name, text, width=72):
    lines = [text[i:i + width] for i in range(0, len(text), width)]
    return f"{name}: " + "\n        ".join(lines)


def signature(rng, domain, when):
    stamp = int(when.timestamp())
    return (f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n"
            f"        d={domain}; s=20260601; t={stamp}; x={stamp + 604800};\n"
            f"        h=to:from:subject:message-id:tls-report-submitter:tls-report-domain\n"
            f"         :date:mime-version:from:to:cc:subject:date:message-id:reply-to;\n"
            f"        bh={token(rng, 43)}=;\n" + folded("        b", token(rng, 342) + "==").replace("b: ", "b=", 1))


def received(rng, helo, by, when):
    return (f"Received: from {helo} ({helo} [198.51.100.{rng.randrange(1, 255)}])\n"
            f"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
            f"\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\n"
            f"\t(No client certificate requested)\n"
            f"\tby {by} (Postfix) with ESMTPS id {rng.getrandbits(44):011X}\n"
            f"\tfor <tls-reports@{RECEIVER}>; {date(when)}")


def assemble(rng, head, body, when, sender, recipient, size):
    """A whole mail: what the way here added, the sender's head, the body; padded to about `size` bytes."""
    transit = []
    if size:
        transit = [f"Return-Path: <bounce-{rng.getrandbits(40):x}@{sender}>", f"Delivered-To: tls-reports@{recipient}",
                   received(rng, f"mx.{sender}", RECEIVER, when),
                   f"Authentication-Results: {RECEIVER};\n\tdkim=pass (2048-bit key; secure) header.d={sender} "
                   f"header.s=20260601;\n\tspf=pass smtp.mailfrom=bounce@{sender}; dmarc=pass header.from={sender}",
                   signature(rng, sender, when)]
    text = "\n".join(transit + head)
    room = size - len(text) - len(body)
    seal = 0
    extra = []
    while room > 200:
        n = min(room - 100, rng.randrange(600, 1400))
        seal += 1
        extra.append(folded(("X-Transit-State", "ARC-Seal", "ARC-Message-Signature")[seal % 3],
                            f"i={seal}; a=rsa-sha256; t={int(when.timestamp())}; cv=none; b=" + token(rng, max(n, 40))))
        room -= n + n // 8 + 100
    return "\n".join(transit + extra + head).encode() + b"\n\n" + body
