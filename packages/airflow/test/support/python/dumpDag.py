"""dumpDag.py <2|3> <file>... prints, a line a file, {dag: ...} or {error: ...}. dumpDag.py <2|3> <file> --run <task> runs a task."""
import json
import os
import runpy
import sys
import traceback
from types import SimpleNamespace

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "airflow" + sys.argv[1]), os.path.join(here, "common")]
import airflow_parts


def plain(value):
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if hasattr(value, "timestamp"):
        return value.timestamp()
    if isinstance(value, airflow_parts.CronTriggerTimetable):
        return {"cron": value.cron, "timezone": value.timezone}
    raise TypeError(repr(value))


def dag_of(path):
    airflow_parts.FOUND.clear()
    names = runpy.run_path(path)
    (dag,) = airflow_parts.FOUND
    if names["dag"] is not dag:
        raise ValueError("dag")
    return dag, names


def dump(path):
    dag, names = dag_of(path)
    tasks = []
    for task in dag.tasks.values():
        if task.template_fields or task.template_ext:
            raise ValueError("templates")
        carried = None
        if hasattr(task, "python_callable"):
            carried = dict(zip(task.python_callable.__code__.co_freevars, (c.cell_contents for c in task.python_callable.__closure__)))["task"]
        kind = type(task).__mro__[1].__name__
        tasks.append({"class": kind, "options": task.options, "upstream": sorted(task.upstream), "given": task.given, "carried": carried})
    return {"options": dag.options, "tasks": tasks, "names": sorted(key for key in names if not key.startswith("__"))}


if "--run" in sys.argv:
    dag, names = dag_of(sys.argv[2])
    key = sys.argv[4]
    ti = SimpleNamespace(dag_id=dag.options["dag_id"], run_id="run 1", task_id=key, map_index=-1, try_number=int(sys.argv[5]))
    try:
        outcome = {"result": dag.tasks[key].python_callable(ti=ti)}
    except Exception as error:
        outcome = {"error": str(error)}
    print(json.dumps(outcome))
else:
    for path in sys.argv[2:]:
        try:
            print(json.dumps({"dag": dump(path)}, default=plain))
        except Exception:
            print(json.dumps({"error": traceback.format_exc()}))
