"""HTML pages that need nothing else: one file, one script, no network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from pathlib import Path
from typing import Any

from topics.persistence.atomic import atomic_write

_HERE = Path(__file__).parent


class Report:
    """A page for a browser, in one file.

    Attributes
    ----------
    html : str
        The page.

    Examples
    --------
    >>> import tempfile
    >>> Report("<!doctype html>").save(tempfile.mkdtemp() + "/report.html").name
    'report.html'
    """

    def __init__(self, page: str) -> None:
        self.html = page

    def save(self, path: str | Path) -> Path:
        """Write the page to a file.

        Parameters
        ----------
        path : str or Path
            The file; one that is there is replaced.

        Returns
        -------
        Path
            The same.

        Examples
        --------
        See the class.
        """
        with atomic_write(Path(path)) as file:
            file.write(self.html.encode())
        return Path(path)

    def __repr__(self) -> str:
        return f"Report of {len(self.html) / 1024:,.0f} KiB; save it with .save('report.html')"

    def _repr_html_(self) -> str:
        # In a frame of its own, so that neither it nor the notebook takes on the other's style.
        page = html.escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{page}" title="Report" style="width:100%;height:42em;border:0">'
            "</iframe>"
        )


def render(name: str, data: Any, **content: Any) -> Report:
    """Fill a template that stands beside this module.

    The page takes only the script that stands beside its template, which its content security
    policy names by checksum, and the style that all pages share.

    Parameters
    ----------
    name : str
        Of the template and of its script, such as ``page``.
    data : object
        What the script reads, as JSON.
    **content : object
        What the template shows; texts are escaped.

    Returns
    -------
    Report
        The page.

    Examples
    --------
    >>> page = render("review", {"themes": [], "releases": []}, title="<Aid>", n=0).html
    >>> "&lt;Aid&gt;" in page
    True
    """
    style = (_HERE / "page.css").read_text("utf-8")
    script = (_HERE / f"{name}.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    page = fill(
        f"{name}.html.jinja",
        **content,
        style=style,
        script=script,
        policy=policy,
        # What ends a script must not stand in it.
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    )
    return Report(page)


def fill(template: str, **content: Any) -> str:
    """A template that stands beside this module, filled in; texts are escaped in HTML.

    Parameters
    ----------
    template : str
        Its name.
    **content : object
        What it asks for.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> fill("review.html.jinja", title="<Aid>", n=0, policy="", style="", script="", data="")[:15]
    '<!doctype html>'
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=template.endswith(".html.jinja"),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(template).render(**content)
