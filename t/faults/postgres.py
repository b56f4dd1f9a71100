# SPDX-License-Identifier: Apache-2.0
"""What befalls PostgreSQL, and the way to it. Each function is a fault."""
from fleet import Fleet, as_before, is_held, nothing_is_known
from tap import result


def killed(server, database, _):
    fleet = Fleet(server)
    database.kill()
    waits = nothing_is_known(fleet, "killed", "(connect|server|too long)")
    database.start()
    as_before(fleet, "killed", waits)
    database.stop()
    nothing_is_known(fleet, "stopped", "(connect|server|too long)")
    server.restart()
    nothing_is_known(fleet, "stopped when httpd starts", "(connect|server)")
    database.start()
    as_before(fleet, "stopped")


def slow(server, _, proxy):
    fleet = Fleet(server)
    proxy.delay = 0.005
    as_before(fleet, "slower by 5 ms a word")
    fleet = Fleet(server)
    proxy.delay = 0.6
    waits = nothing_is_known(fleet, "slower than the time that it has",
                             "(too long|timeout)")
    proxy.delay = 0
    as_before(fleet, "slower than the time that it has", waits)


def hung(server, _, proxy):
    fleet = Fleet(server)
    proxy.hang(True)
    waits = nothing_is_known(fleet, "hung", "too long")
    proxy.hang(False)
    as_before(fleet, "hung", waits)


def cut(server, _, proxy):
    fleet = Fleet(server)
    proxy.close()
    waits = nothing_is_known(fleet, "connections cut", "(connect|server)")
    proxy.open()
    as_before(fleet, "connections cut", waits)


def crowded(server, database, _):
    """Others have all of its connections."""
    fleet = Fleet(server)
    others = "ALTER ROLE ipxe NOSUPERUSER CONNECTION LIMIT 0"
    # The role of the cluster is its superuser: another one for httpd.
    database.ask("postgres", others.replace("ipxe NOSUPERUSER", "node"))
    database.ask("ipxe", "SELECT pg_terminate_backend(pid) FROM "
                 "pg_stat_activity WHERE usename = 'node'")
    waits = nothing_is_known(fleet, "no connection to be had",
                             "(too many|connect|server)")
    database.ask("postgres", "ALTER ROLE node CONNECTION LIMIT -1")
    as_before(fleet, "no connection to be had", waits)


def other_database(server, database, _):
    """The name leads to a new one, then back again."""
    fleet = Fleet(server)
    away = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'ipxe'")
    database.ask("postgres", "ALTER DATABASE ipxe ALLOW_CONNECTIONS false")
    database.ask("postgres", away)
    database.ask("postgres", "ALTER DATABASE ipxe RENAME TO kept")
    database.ask("postgres", "CREATE DATABASE ipxe OWNER node")
    is_held(fleet, "another database")
    database.ask("postgres", "ALTER DATABASE ipxe ALLOW_CONNECTIONS false")
    database.ask("postgres", away)
    database.ask("postgres", "DROP DATABASE ipxe")
    database.ask("postgres", "ALTER DATABASE kept RENAME TO ipxe")
    database.ask("postgres", "ALTER DATABASE ipxe ALLOW_CONNECTIONS true")
    run = server.ipxectl("state", "accept")
    result(run.returncode == 0, "the one that was there: accepted", run.stderr)
    as_before(fleet, "the one that was there")


FAULTS = (killed, slow, hung, cut, crowded, other_database)
