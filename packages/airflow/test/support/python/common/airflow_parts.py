"""What both stand-ins are made of."""
import re

TRIGGER_RULES = {"all_success", "all_done", "one_success", "one_failed", "none_failed"}
KEY = re.compile(r"^[\w.-]{1,250}$")
FOUND = []


class DAG:
    current = None

    def __init__(
        self, dag_id, description=None, schedule=None, start_date=None, end_date=None, catchup=True, max_active_runs=16,
        tags=None, is_paused_upon_creation=None, dag_display_name=None,
    ):
        if not KEY.match(dag_id):
            raise ValueError("dag_id " + dag_id)
        if any(len(tag) > 100 for tag in tags):
            raise ValueError("tag longer than 100 characters")
        self.options = {key: value for key, value in locals().items() if key != "self"}
        self.tasks = {}
        FOUND.append(self)

    def __enter__(self):
        DAG.current = self
        return self

    def __exit__(self, *args):
        DAG.current = None


class BaseOperator:
    template_fields = ("templated",)

    def __init__(
        self, task_id, owner, trigger_rule, retries, retry_delay, retry_exponential_backoff, priority_weight, weight_rule,
        execution_timeout=None,
    ):
        if not KEY.match(task_id) or task_id in DAG.current.tasks:
            raise ValueError("task_id " + task_id)
        if trigger_rule not in TRIGGER_RULES:
            raise ValueError("trigger_rule " + trigger_rule)
        self.options = {key: value for key, value in locals().items() if key != "self"}
        self.upstream = []
        DAG.current.tasks[task_id] = self

    def set_downstream(self, other):
        other.upstream.append(self.options["task_id"])


class BashOperator(BaseOperator):
    template_fields = ("bash_command", "env", "cwd")
    template_ext = (".sh", ".bash")

    def __init__(self, bash_command, env=None, append_env=False, **options):
        super().__init__(**options)
        self.given = {"bash_command": bash_command, "env": env, "append_env": append_env}


class PythonOperator(BaseOperator):
    template_fields = ("templates_dict", "op_args", "op_kwargs")
    template_ext = ()

    def __init__(self, python_callable, **options):
        super().__init__(**options)
        if not callable(python_callable):
            raise TypeError("python_callable")
        self.python_callable = python_callable
        self.given = {}


class CronTriggerTimetable:
    def __init__(self, cron, timezone):
        self.cron, self.timezone = cron, timezone
