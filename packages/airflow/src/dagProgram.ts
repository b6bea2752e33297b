/**
 * The text of every DAG file after its data: Python for Airflow 2.4 and later, and 3. Nothing of a schedule is ever put into
 * it. Operators are without template fields, since Airflow would take `{{ }}` in a title or in params for code of its own.
 */
export const DAG_PROGRAM = `
import base64
import hashlib
import inspect
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta

import pendulum

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG
try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.providers.standard.operators.python import PythonOperator
except ImportError:
    from airflow.operators.bash import BashOperator
    from airflow.operators.python import PythonOperator
try:
    from airflow.sdk import CronTriggerTimetable
except ImportError:
    from airflow.timetables.trigger import CronTriggerTimetable

SPEC = json.loads(base64.b64decode(DATA).decode("utf-8"))
ENDED = ("SUCCESS", "FAILED", "TIMEOUT", "CANCELLED", "SKIPPED")
# jobu may be restarted meanwhile: its job goes on, and so does the wait for it.
PATIENCE_SECONDS = 900
REQUEST_SECONDS = 60


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class JobuBash(BashOperator):
    template_fields = ()
    template_ext = ()


class JobuPython(PythonOperator):
    template_fields = ()
    template_ext = ()


def jobu_token():
    source = SPEC["jobu"]["token"]
    if source["from"] == "env":
        return os.environ[source["name"]]
    if source["from"] == "variable":
        try:
            from airflow.sdk import Variable
        except ImportError:
            from airflow.models import Variable
        return Variable.get(source["name"])
    try:
        from airflow.sdk import Connection
        return Connection.get(source["name"]).password
    except ImportError:
        from airflow.hooks.base import BaseHook
        return BaseHook.get_connection(source["name"]).password


def ask_jobu(method, path, body=None, patience=PATIENCE_SECONDS):
    """An answer of jobu's API, which may be away for a while. Only for what may be asked twice."""
    request = urllib.request.Request(
        SPEC["jobu"]["url"].rstrip("/") + "/api/v1" + path,
        data=None if body is None else json.dumps(body).encode("utf-8"),
        headers={"Authorization": "Bearer " + jobu_token(), "Content-Type": "application/json", "Accept": "application/json"},
        method=method,
    )
    opener = urllib.request.build_opener(NoRedirect)
    give_up_at = time.monotonic() + patience
    pause = 1
    while True:
        try:
            with opener.open(request, timeout=REQUEST_SECONDS) as response:
                return json.loads(response.read().decode("utf-8"))
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                said = error.read(2000).decode("utf-8", "replace")
                raise RuntimeError("jobu refused {} {}: {} {}".format(method, path, error.code, said))
            failure = error
        except OSError as error:
            failure = error
        if time.monotonic() >= give_up_at:
            raise RuntimeError("jobu cannot be reached: {}".format(failure))
        print("jobu cannot be reached, asked again in {} s: {}".format(pause, failure), flush=True)
        time.sleep(pause)
        pause = min(pause * 2, 30)


def run_job(task, context):
    ti = context["ti"]
    name = json.dumps([ti.dag_id, ti.run_id, ti.task_id, getattr(ti, "map_index", -1), ti.try_number])
    body = {
        "handler_name": task["handler_name"],
        "params": task["params"],
        "queue": task["queue"],
        "priority": task["priority"],
        "timeout_seconds": task["timeout_seconds"],
        # Airflow retries it, each time under another key; a worker of Airflow that comes back finds its job again.
        "max_retry": 0,
        "idempotency_key": "airflow:" + hashlib.sha256(name.encode("utf-8")).hexdigest(),
    }
    job = ask_jobu("POST", "/jobs", {key: value for key, value in body.items() if value is not None})
    print("job {} of jobu: {}".format(job["id"], task["handler_name"]), flush=True)
    path = "/jobs/{}".format(int(job["id"]))
    try:
        while job["status"] not in ENDED:
            time.sleep(SPEC["jobu"]["poll_seconds"])
            job = ask_jobu("GET", path)
    except BaseException:
        # A timeout, or somebody ended the task in Airflow.
        try:
            ask_jobu("POST", path + "/cancel", patience=20)
        except Exception as error:
            print("job {} could not be cancelled: {}".format(job["id"], error), flush=True)
        raise
    try:
        for line in ask_jobu("GET", path + "/logs?size=500")["items"]:
            print("{} {} {}".format(line["logged_at"], line["level"], line["message"]), flush=True)
    except Exception as error:
        print("the log of job {} could not be read: {}".format(job["id"], error), flush=True)
    if job["status"] != "SUCCESS":
        raise RuntimeError("job {} ended {}: {}".format(job["id"], job["status"], job.get("error_message") or job.get("reason")))
    return job.get("result")


def run_python(task, context):
    names = {"params": task["params"].get("params", {}), "context": context, "result": None}
    exec(compile(task["params"]["code"], "<" + task["key"] + ">", "exec"), names)
    return names["result"]


def run_http(task, context):
    params = task["params"]
    if urllib.parse.urlsplit(params["url"]).scheme.lower() not in ("http", "https"):
        raise ValueError("expected an http or https URL")
    headers = dict(params.get("headers", {}))
    body = params.get("body")
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
        if "content-type" not in (name.lower() for name in headers):
            headers["Content-Type"] = "application/json"
    request = urllib.request.Request(
        params["url"], data=None if body is None else body.encode("utf-8"), headers=headers, method=params.get("method", "GET")
    )
    handlers = [] if params.get("follow_redirects", True) else [NoRedirect]
    try:
        response = urllib.request.build_opener(*handlers).open(request, timeout=task["timeout_seconds"] or 300)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        status = response.status if hasattr(response, "status") else response.code
        text = response.read(params.get("max_response_bytes", 65536)).decode("utf-8", "replace")
    for expected in params.get("expected_statuses", ["200-299"]):
        low, high = (int(part) for part in (str(expected).split("-") * 2)[:2])
        if low <= status <= high:
            return {"status": status, "body": text}
    raise RuntimeError("status {}, expected {}: {}".format(status, params.get("expected_statuses", ["200-299"]), text[:500]))


RUN = {"jobu": run_job, "python": run_python, "http": run_http}


def operator_of(task):
    options = {
        "task_id": task["key"],
        "owner": SPEC["owner"],
        "trigger_rule": task["trigger_rule"],
        "retries": task["max_retry"],
        "retry_delay": timedelta(seconds=task["retry_delay_seconds"]),
        "retry_exponential_backoff": task["retry_backoff"] == "exponential",
        "priority_weight": task["priority"],
        "weight_rule": "absolute",
    }
    if task["timeout_seconds"] is not None:
        # jobu ends its own job by itself; this bounds the wait for a worker as well.
        slack = 3600 if task["operator"] == "jobu" else 0
        options["execution_timeout"] = timedelta(seconds=task["timeout_seconds"] + slack)
    if task["operator"] == "bash":
        env = task["params"].get("env")
        if env is not None:
            options["env"] = env
            options["append_env"] = True
        return JobuBash(bash_command=task["params"]["command"], **options)

    def run(**context):
        return RUN[task["operator"]](task, context)

    return JobuPython(python_callable=run, **options)


def instant(seconds):
    return None if seconds is None else pendulum.from_timestamp(seconds, tz=SPEC["timezone"])


def schedule_of():
    if SPEC["cron"] is None:
        return "@once" if SPEC["is_once"] else None
    return CronTriggerTimetable(SPEC["cron"], timezone=SPEC["timezone"])


def dag_of():
    options = {
        "description": SPEC["description"],
        "schedule": schedule_of(),
        "start_date": instant(SPEC["start"]),
        "end_date": instant(SPEC["end"]),
        "catchup": False,
        "max_active_runs": SPEC["max_active_runs"],
        "tags": SPEC["tags"],
        "is_paused_upon_creation": True,
    }
    if "dag_display_name" in inspect.signature(DAG.__init__).parameters:
        options["dag_display_name"] = SPEC["title"]
    with DAG(SPEC["dag_id"], **options) as dag:
        operators = {task["key"]: operator_of(task) for task in SPEC["tasks"]}
        for task in SPEC["tasks"]:
            for parent in task["depends_on"]:
                operators[parent].set_downstream(operators[task["key"]])
    return dag


dag = dag_of()
`
