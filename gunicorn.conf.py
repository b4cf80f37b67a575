"""How gunicorn runs the application: two processes of eight threads.

Two processes for two cores; eight threads, because four are soon all held by connections kept alive. The
application is not loaded before the fork: each process makes its own engine. It logs its requests itself, by rule
and not by path (cptsapp/http/logs.py): an access log would write the tokens of private links down.
"""

import os

bind = os.environ.get("CPTSAPP_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("CPTSAPP_WORKERS", "2"))
worker_class = "gthread"
threads = 8
preload_app = False
accesslog = None
loglevel = "warning"
timeout = 60
graceful_timeout = 10
keepalive = 5
# CPTSAPP_TRUSTED_PROXIES alone decides whose X-Forwarded-… headers count.
forwarded_allow_ips = ""
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  a heartbeat must not wait for a disk
