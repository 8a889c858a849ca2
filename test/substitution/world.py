"""The databases that the substitutions are made in, each a copy of world.sql, and the roles. Connection by PGHOST, PGUSER a superuser."""

import os
from typing import List

import psycopg2

OWNER, APP = "substitution_owner", "substitution_app"
HERE = os.path.dirname(os.path.abspath(__file__))


def connect(database: str):
    return psycopg2.connect(dbname=database, options="-c client_min_messages=warning -c timezone=Asia/Tokyo -c statement_timeout=20s")


def names(number: int) -> List[str]:
    return [f"substitution_{each}" for each in range(1, number + 1)]


def administrate(*statements: str):
    connection = connect("postgres")
    connection.autocommit = True
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


def drop():
    """All of them, those of a run that was broken off too."""
    connection = connect("postgres")
    cursor = connection.cursor()
    cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^substitution_[0-9]+$'")
    databases = [name for name, in cursor.fetchall()]
    connection.close()
    administrate(*(f"DROP DATABASE {name} WITH (FORCE)" for name in databases), *(f"DROP ROLE IF EXISTS {role}" for role in (OWNER, APP)))


def create(number: int) -> List[str]:
    """The names of the databases."""
    drop()
    first, *others = names(number)
    administrate(*(f"CREATE ROLE {role}" for role in (OWNER, APP)), f"CREATE DATABASE {first}")
    connection = connect(first)
    with open(os.path.join(HERE, "world.sql")) as rows:
        connection.cursor().execute(rows.read())
    connection.commit()
    connection.close()
    administrate(*(f"CREATE DATABASE {name} TEMPLATE {first}" for name in others),
                 *(f"ALTER DATABASE {name} SET search_path = booking, public" for name in names(number)))
    return names(number)
