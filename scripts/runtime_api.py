#!/usr/bin/env python3
"""AWS's side of a Lambda function, on this machine: runs the real `bootstrap` and hands it events.

scripts/runtime_api.py BOOTSTRAP [EVENT] [--seconds N] [--times N]: the answer to an event, with the time
that it took and the most memory. The function gets this process's environment.
"""

import argparse
import http.server
import json
import os
import queue
import resource
import subprocess
import sys
import threading
import time

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:elb-audit"


class Function:
    """A function that runs; it is asked one thing at a time, as Lambda does."""

    def __init__(self, bootstrap, environment):
        self.events, self.answers, self.lock = queue.Queue(), queue.Queue(), threading.Lock()
        self.asked, self.ready_at = 0, None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        host, port = self.server.server_address[:2]
        own = {
            "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}",
            "AWS_LAMBDA_FUNCTION_NAME": "elb-audit",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/elb-audit",
            "AWS_LAMBDA_LOG_STREAM_NAME": "1",
        }
        self.started_at = time.monotonic()
        # What the function prints is its log, as all that it says.
        self.process = subprocess.Popen(
            [bootstrap], env={**environment, **own}, stdout=sys.stderr
        )

    def handler(self):
        function = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if function.ready_at is None:
                    function.ready_at = time.monotonic()
                request, body, deadline = function.events.get()
                self.answer(
                    200,
                    body,
                    {
                        "Lambda-Runtime-Aws-Request-Id": request,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": FUNCTION,
                    },
                )

            def do_POST(self):
                function.answers.put((self.path, self.body()))
                self.answer(202, b"{}", {})

            def body(self):
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                whole = b""
                while size := int(self.rfile.readline(), 16):
                    whole += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return whole

            def answer(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    # The function has ended.
                    pass

        return Handler

    def ask(self, event, seconds=900):
        """The answer to an event, and whether it is one: otherwise an error."""
        with self.lock:
            self.asked += 1
            deadline = int((time.time() + seconds) * 1000)
            self.events.put((f"request-{self.asked}", event, deadline))
            path, body = self.answers.get()
            return body, path.endswith("/response")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bootstrap")
    parser.add_argument("event", nargs="?", default="{}")
    parser.add_argument("--seconds", type=float, default=900, help="until the function's time is up")
    parser.add_argument("--times", type=int, default=1, help="how often the event is sent")
    options = parser.parse_args()
    json.loads(options.event)
    function = Function(options.bootstrap, dict(os.environ))
    ok = True
    for number in range(options.times):
        began = time.monotonic()
        body, ok = function.ask(options.event.encode(), options.seconds)
        took = time.monotonic() - began
        print(json.dumps(json.loads(body), indent=2))
        if function.ready_at is None:
            print("the function could not start", file=sys.stderr)
            break
        start = function.ready_at - function.started_at
        first = f", started in {start * 1000:.0f} ms" if number == 0 else ""
        print(f"answered in {took:.2f} s{first}", file=sys.stderr)
    function.stop()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"most memory: {peak:.0f} MB", file=sys.stderr)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
