"""The multipart form that an upload is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from sealwright.rehearsal.standins.server import Refusal


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of an upload and its one file."""

    fields: Mapping[str, tuple[str, ...]]
    filename: str
    content: bytes

    def one(self, name: str) -> str:
        """A field's value, or an empty string."""
        return self.fields.get(name, ("",))[0].strip()


def parse_form(content_type: str, body: bytes) -> Form:
    """The form in a request's body. Raises Refusal 400."""
    outer = Message()
    outer["Content-Type"] = content_type
    boundary = outer.get_param("boundary")
    if outer.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise Refusal(400, "Upload payload is not a multipart form.")
    fields: dict[str, tuple[str, ...]] = {}
    files: list[tuple[str, bytes]] = []
    for name, filename, data in _parts(body, boundary.encode()):
        if filename is None:
            fields[name] = (*fields.get(name, ()), data.decode("utf-8", "replace"))
        elif name == "content":
            files.append((filename, data))
    if len(files) != 1:
        raise Refusal(400, "Upload payload does not have a file.")
    return Form(fields, *files[0])


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, str | None, bytes]]:
    delimiter = b"\r\n--" + boundary
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise Refusal(400, "Upload payload is cut off.")
    parts = []
    for piece in pieces[1:-1]:
        head, separator, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        header = BytesHeaderParser().parsebytes(head)
        name = header.get_param("name", header="content-disposition")
        if not separator or not isinstance(name, str):
            raise Refusal(400, "Upload payload has a part without a name.")
        parts.append((name, header.get_filename(), data))
    return parts
