"""Opens pages in headless Chromium without a network, and takes a screenshot of each as soon as its map is drawn.

Arguments: chromium, and for each picture a page and a file. Speaks the DevTools protocol over pipes: messages in JSON, each with
a zero byte behind it.
"""

import base64
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--allow-file-access-from-files",
    # No network: every name is unknown, and every address is behind a proxy that does not exist.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:1", "--proxy-bypass-list=<-loopback>",
    "--remote-debugging-pipe",
]  # fmt: skip


class Browser:
    def __init__(self, program: str, profile: str) -> None:
        command_end, self.commands = os.pipe()
        self.events, event_end = os.pipe()
        # Chromium reads from descriptor 3 and writes to descriptor 4.
        shell = ["sh", "-c", f'exec "$@" 3<&{command_end} 4>&{event_end}', "sh"]
        self.process = subprocess.Popen(
            [*shell, program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(command_end, event_end), stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(command_end)
        os.close(event_end)
        self.ids, self.rest = itertools.count(1), b""

    def call(self, method: str, session: str | None = None, **params: object) -> dict:
        id = next(self.ids)
        message = {"id": id, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                chunk = os.read(self.events, 1 << 20)
                if not chunk:
                    sys.exit("chromium has ended")
                self.rest += chunk
            text, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == id:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]


def main(program: str, *pairs: str) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        for page, picture in zip(pairs[::2], pairs[1::2], strict=True):
            target = browser.call("Target.createTarget", url=Path(page).as_uri())["targetId"]
            session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            browser.call("Emulation.setDeviceMetricsOverride", session, width=384, height=384, deviceScaleFactor=1, mobile=False)
            # The module has not run yet, or has: in both cases the promise is awaited.
            wait = "(async () => { while (!window.drawn) await new Promise((next) => setTimeout(next, 10)); return window.drawn; })()"
            drawn = browser.call("Runtime.evaluate", session, expression=wait, awaitPromise=True, returnByValue=True)
            problem = drawn["exceptionDetails"] if "exceptionDetails" in drawn else drawn["result"].get("value")
            if problem:
                sys.exit(f"{page}: {problem}")
            png = browser.call("Page.captureScreenshot", session, format="png")["data"]
            Path(picture).write_bytes(base64.b64decode(png))
        browser.call("Browser.close")
        browser.process.wait()


main(*sys.argv[1:])
