"""Refusing XML that is not data but an attack: entity bombs, external entities, endless nesting.

The check is a pass of expat, the parser that all of Python's XML readers stand on, so that it sees
the document in the same encoding as the reader after it.
"""

from __future__ import annotations

from pyexpat import ExpatError, ParserCreate, errors

from biowright.core import FormatError

__all__ = ["check_xml"]

# Real files of the field nest a dozen levels; libxml2 draws the line at the same depth.
DEPTH = 256


def check_xml(data: bytes, name: str) -> None:
    """Refuse a document that declares entities, names another file, nests too deep or is malformed.

    Parameters
    ----------
    data : bytes
        The whole document, in any encoding that it declares or marks.
    name : str
        What messages call it.

    Raises
    ------
    FormatError
        With the line and the reason. Nothing was expanded or fetched.

    Examples
    --------
    >>> check_xml(b"<a><b/></a>", "a.xml")
    >>> check_xml(b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', "a.xml")
    Traceback (most recent call last):
    ...
    biowright.core.errors.FormatError: a.xml, line 1: the XML declares the entity 'b'...
    """
    parser = ParserCreate()
    depth = 0

    def refuse(what: str, hint: str) -> FormatError:
        return FormatError(what, path=name, line=parser.CurrentLineNumber, hint=hint)

    def entity(entity_name: str, *_: object) -> None:
        raise refuse(
            f"the XML declares the entity '{entity_name}'",
            "entities can be bombs or read other files; expand them first",
        )

    def doctype(_: str, system: str | None, public: str | None, __: int) -> None:
        if system or public:
            raise refuse(
                f"the XML refers to another file, {(system or public or '')[:200]!r}",
                "remove the DOCTYPE line",
            )

    def external(_: str | None, __: str | None, system: str | None, public: str | None) -> int:
        raise refuse(
            f"the XML refers to another file, {(system or public or '')[:200]!r}",
            "external entities are refused",
        )

    def start(_: str, __: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise refuse(
                f"the XML nests deeper than {DEPTH} elements", "no sequence file needs that"
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = entity
    parser.UnparsedEntityDeclHandler = entity
    parser.StartDoctypeDeclHandler = doctype
    parser.ExternalEntityRefHandler = external
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except ExpatError as error:
        hint = None
        if error.code == errors.codes[errors.XML_ERROR_NO_ELEMENTS]:
            hint = "the document was cut off or holds no element"
        raise FormatError(
            f"the XML is malformed ({errors.messages.get(error.code, error)})",
            path=name,
            line=error.lineno,
            hint=hint,
        ) from None
    except (ValueError, LookupError, UnicodeError) as error:
        # an encoding that Python has no single-byte table for
        raise FormatError(
            f"the XML is in an encoding that cannot be read ({error})",
            path=name,
            line=1,
            hint="save it as UTF-8",
        ) from None
