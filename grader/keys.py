"""Keys: what a result depends on, as one number. Equal keys, equal results."""

from __future__ import annotations

import hashlib


def key_of(*parts: str) -> str:
    """sha256 over texts, each told from the next."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogateescape")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()
