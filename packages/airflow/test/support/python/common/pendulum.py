"""The one function of pendulum that DAG files use."""
from datetime import datetime, timezone


def from_timestamp(seconds, tz):
    if not isinstance(tz, str) or not tz:
        raise ValueError("tz")
    return datetime.fromtimestamp(seconds, timezone.utc)
