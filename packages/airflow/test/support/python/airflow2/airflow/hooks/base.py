from types import SimpleNamespace


class BaseHook:
    @classmethod
    def get_connection(cls, name):
        return SimpleNamespace(password="password of " + name)
