"""Logging: events with fields, on standard error, readable on a terminal and plain in cron."""

from __future__ import annotations

import logging
import sys

import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks


def configure(*, verbose: bool) -> None:
    """Send events to standard error; requests are shown only when asked for."""
    set_on_retry_hooks([_retried])
    level = logging.DEBUG if verbose else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,  # the default shows local variables
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _retried(details: RetryDetails) -> None:
    """Note that a request is sent again, for those who asked for details; a failure is told at its end."""
    structlog.get_logger().info(
        "retry",
        number=details.retry_num,
        in_s=round(details.wait_for, 1),
        because=type(details.caused_by).__name__,
    )
