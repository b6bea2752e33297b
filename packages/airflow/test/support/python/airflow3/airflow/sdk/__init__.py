from types import SimpleNamespace

from airflow_parts import DAG, CronTriggerTimetable  # noqa: F401


class Connection:
    @classmethod
    def get(cls, name):
        return SimpleNamespace(password="password of " + name)


class Variable:
    @classmethod
    def get(cls, name):
        return "variable " + name
