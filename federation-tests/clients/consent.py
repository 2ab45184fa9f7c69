"""A person in front of a browser without scripts: fills in the real forms, and lets an app in.

    consent.py ADDRESS NAME PASSWORD [ANSWER]

Opens the address that an app gave (`/oauth/authorize?…`), logs in where the page asks for it, answers the question
(`allow` unless ANSWER says otherwise) and prints the code, from the page or from where the browser is sent. Nothing is
known here about Kith but the words on its buttons: fields are found as they stand in the page.
"""

import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class Page(HTMLParser):
    """The forms of a page, each with what a browser would send, and the codes to copy."""

    def __init__(self, answer):
        super().__init__()
        self.address, self.status = answer.url, answer.status_code
        self.forms, self.codes = [], []
        self._inside = None
        self.feed(answer.text)

    def handle_starttag(self, tag, attributes):
        named = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({"action": named.get("action", ""), "method": named.get("method", "get"), "fields": {}, "buttons": []})
        elif tag in ("input", "textarea", "select") and self.forms and "name" in named:
            self.forms[-1]["fields"][named["name"]] = named.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append((named.get("name"), named.get("value", "")))
        elif tag == "code" and "copy" in named.get("class", "").split():
            self._inside = "code"

    def handle_endtag(self, tag):
        if tag == "code":
            self._inside = None

    def handle_data(self, text):
        if self._inside == "code":
            self.codes.append(text)

    def form(self, *fields):
        """The form that has all these fields; `None` where there is none."""
        found = [form for form in self.forms if set(fields) <= set(form["fields"])]
        return found[0] if found else None


class Browser:
    """Keeps cookies, and goes from page to page."""

    def __init__(self):
        self.session = requests.Session()
        self.home = None

    def open(self, address):
        return self._show(self.session.get(address, allow_redirects=False))

    def send(self, page, form, values, button=None):
        """Sends a form of the page with some fields filled in, by the button with this value."""
        data = {**form["fields"], **values}
        if button is not None:
            data.update({name: value for name, value in form["buttons"] if value == button and name})
        target = urljoin(page.address, form["action"] or page.address)
        return self._show(self.session.request(form["method"], target, data=data, allow_redirects=False))

    def _show(self, answer):
        """Follows redirects within the site; what leads elsewhere is for the app, and is not opened."""
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(target)[:2] != urlsplit(answer.url)[:2]:
                return urlsplit(target)
            answer = self.session.get(target, allow_redirects=False)
        assert answer.ok, f"{answer.url}: {answer.status_code} {answer.text}"
        return Page(answer)

    def log_in(self, page, name, password):
        """From the page with the log-in form to the page that one wanted."""
        form = page.form("name", "password")
        assert form, f"{page.address} has no form for logging in: {page.forms}"
        return self.send(page, form, {"name": name, "password": password})

    def consent(self, address, name, password, answer="allow"):
        """What the app is told: the parameters of the redirect, or `{"code": …}` from the page."""
        page = self.open(address)
        if page.form("name", "password"):
            page = self.log_in(page, name, password)
        form = page.form("client_id", "redirect_uri")
        assert form, f"{page.address} asks for no consent: {page.forms}"
        assert answer in [value for _, value in form["buttons"]], form
        told = self.send(page, form, {}, button=answer)
        if isinstance(told, Page):
            assert len(told.codes) == 1, f"{told.address} shows no code"
            return {"code": told.codes[0].strip()}
        return {key: values[0] for key, values in parse_qs(told.query).items()}


if __name__ == "__main__":
    print(Browser().consent(*sys.argv[1:])["code"])
