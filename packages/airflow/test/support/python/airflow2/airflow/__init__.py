from airflow_parts import DAG
