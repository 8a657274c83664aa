"""A DAG that replays last night's Spark logs on the cluster, then says what failed.

Needs apache-airflow-providers-apache-spark and a Spark connection; ARCHIVE is what
examples/spark-fleet/make-archive makes. The second DAG needs no cluster.
"""

from __future__ import annotations

import pendulum
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

LOGS = "s3a://BUCKET/spark-events"
TABLES = "s3a://BUCKET/respark"
ARCHIVE = "s3a://BUCKET/tools/respark.tgz"
JOB = "s3a://BUCKET/tools/respark_fleet.py"

with DAG(
    dag_id="respark_fleet",
    description="memory of every Spark application of the day",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,  # each run reads all that is new
    max_active_runs=1,  # one writer
    default_args={"retries": 2, "retry_delay": pendulum.duration(minutes=10)},
    tags=["spark", "respark"],
) as dag:
    on_spark = SparkSubmitOperator(
        task_id="on_spark",
        conn_id="spark_default",
        application=JOB,
        archives=f"{ARCHIVE}#respark",
        application_args=[LOGS, TABLES, "--seconds", "3600", "--memory", "2048"],
        conf={"spark.executor.memoryOverhead": "3g", "spark.speculation": "false"},
        executor_cores=1,
        executor_memory="1g",
    )

with DAG(
    dag_id="respark_fleet_on_one_machine",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
) as on_one_machine:
    BashOperator(
        task_id="replay",
        bash_command="respark replay /var/log/spark-events --resume -o /data/fleet.duckdb",
        retries=2,  # --resume goes on where it stopped
    ) >> BashOperator(task_id="explain", bash_command="respark explain /data/fleet.duckdb")
