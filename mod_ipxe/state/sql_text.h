/* SPDX-License-Identifier: Apache-2.0 */
/* Every statement of the store: X(NAME, text), as apr_dbd_prepare takes it.
 * %s is a text, %lld a number. */
#ifndef IPXE_STATE_SQL_TEXT_H
#define IPXE_STATE_SQL_TEXT_H

/* The columns of a view, in the order that sql_view.c reads them. */
#define IPXE_SQL_INSTALL(t)                                                    \
    t ".id, " t ".state, " t ".profile, " t ".made_by, " t ".tries, " t        \
      ".armed, " t ".fetched, " t ".started, " t ".ended"
#define IPXE_SQL_VIEW                                                          \
    "m.id, m.conflict, m.disarmed, m.disarmed_at, m.let_go, m.let_go_by, "     \
    "m.let_go_profile, m.let_go_vars, m.next_profile, h.code, h.reason, "      \
    "h.since, " IPXE_SQL_INSTALL("o") ", " IPXE_SQL_INSTALL("i")
#define IPXE_SQL_JOINED                                                        \
    " FROM ipxe_machines m LEFT JOIN ipxe_holds h ON h.machine = m.id "        \
    "LEFT JOIN ipxe_installs o ON o.id = m.open_install "                      \
    "LEFT JOIN ipxe_installs i ON i.id = m.mark_install "
#define IPXE_SQL_STATE                                                         \
    "CASE WHEN h.code IS NOT NULL THEN 'held' "                                \
    "WHEN m.conflict <> '' THEN 'conflict' "                                   \
    "WHEN o.state IN (2, 3) THEN 'installing' "                                \
    "WHEN o.state = 4 THEN 'failed' WHEN o.state = 1 THEN 'armed' "            \
    "WHEN m.mark_install <> 0 THEN 'installed' ELSE '' END"
/* Longer in its stage than ipxe_seen_t.stuck says: any machine that has asked
 * and was given nothing, others while an install of theirs goes on. The column
 * stands alone: SQLite takes an expression beside a bound text for less. */
#define IPXE_SQL_STUCK                                                         \
    "(h.code IS NULL AND (m.stage = 'asked' OR m.stage_since >= o.armed) "     \
    "AND m.stage_since < %lld - CASE m.stage WHEN 'asked' THEN 60000000 "      \
    "WHEN 'script' THEN 120000000 WHEN 'kernel' THEN 300000000 "               \
    "WHEN 'initrd' THEN 900000000 WHEN 'answers' THEN 1200000000 "             \
    "WHEN 'started' THEN 3600000000 WHEN 'progress' THEN 3600000000 "          \
    "ELSE 60000000000000000 END)"
#define IPXE_SQL_FILTER                                                        \
    "WHERE (%s = '1' OR m.site = %s) AND (%s = '0' OR m.id = %lld) "           \
    "AND (%s = '' OR " IPXE_SQL_STATE " = %s OR (%s = 'stuck' "                \
    "AND " IPXE_SQL_STUCK ")) "                                                \
    "AND (%s = '' OR LOWER(m.product) LIKE %s ESCAPE '!' "                     \
    "OR LOWER(m.manufacturer) LIKE %s ESCAPE '!' "                             \
    "OR LOWER(m.rule) LIKE %s ESCAPE '!' "                                     \
    "OR LOWER(m.profile) LIKE %s ESCAPE '!' "                                  \
    "OR LOWER(m.serial) LIKE %s ESCAPE '!' "                                   \
    "OR EXISTS (SELECT 1 FROM ipxe_keys k WHERE k.machine = m.id "             \
    "AND LOWER(k.name) LIKE %s ESCAPE '!'))"
#define IPXE_SQL_LISTED                                                        \
    "SELECT " IPXE_SQL_VIEW ", m.site, m.host, m.mac, m.uuid, m.serial, "      \
    "m.manufacturer, m.product, m.ip, m.rule, m.profile, m.stage, "            \
    "m.percent, m.first_seen, m.last_seen, m.stage_since, "                    \
    "m.action, " IPXE_SQL_STATE ", CASE WHEN " IPXE_SQL_STUCK                  \
    " THEN 1 ELSE 0 END" IPXE_SQL_JOINED
#define IPXE_SQL_NEWEST                                                        \
    " ORDER BY m.last_seen DESC, m.id DESC LIMIT %lld OFFSET %lld"
/* A machine that was only seen. */
#define IPXE_SQL_IDLE                                                          \
    "open_install = 0 AND mark_install = 0 AND marked = 0 "                    \
    "AND disarmed = '' AND host = '' "                                         \
    "AND NOT EXISTS (SELECT 1 FROM ipxe_holds h "                              \
    "WHERE h.machine = ipxe_machines.id) "                                     \
    "AND NOT EXISTS (SELECT 1 FROM ipxe_installs o "                           \
    "WHERE o.machine = ipxe_machines.id)"
#define IPXE_SQL_OPEN "id = %lld AND state IN (1, 2, 3, 4)"

#define IPXE_SQL_STATEMENTS(X)                                                 \
    X(META, "SELECT site, name, value FROM ipxe_meta WHERE site = '' "         \
            "OR site = %s")                                                    \
    X(META_SET,                                                                \
      "UPDATE ipxe_meta SET value = %s WHERE site = %s AND name = %s")         \
    X(META_ADD,                                                                \
      "INSERT INTO ipxe_meta (value, site, name) VALUES (%s, %s, %s)")         \
    X(KEYS_FIND, "SELECT name, machine FROM ipxe_keys WHERE site = %s AND "    \
                 "name IN (%s, %s, %s, %s, %s, %s, %s, %s)")                   \
    X(KEY_ADD, "INSERT INTO ipxe_keys (site, name, machine) "                  \
               "VALUES (%s, %s, %lld)")                                        \
    X(KEYS_DROP, "DELETE FROM ipxe_keys WHERE machine = %lld")                 \
    X(VIEW, "SELECT " IPXE_SQL_VIEW IPXE_SQL_JOINED "WHERE m.id = %lld")       \
    X(RESULTS, "SELECT profile, outcome FROM ipxe_results "                    \
               "WHERE machine = %lld ORDER BY done_at DESC LIMIT 100")         \
    X(RESULT_SET, "UPDATE ipxe_results SET outcome = %lld, done_at = %lld "    \
                  "WHERE machine = %lld AND profile = %s")                     \
    X(RESULT_ADD, "INSERT INTO ipxe_results (outcome, done_at, machine, "      \
                  "profile) VALUES (%lld, %lld, %lld, %s)")                    \
    X(RESULTS_DROP, "DELETE FROM ipxe_results WHERE machine = %lld")           \
    X(MACHINE_ADD,                                                             \
      "INSERT INTO ipxe_machines (id, site, host, mac, uuid, serial, "         \
      "manufacturer, product, ip, rule, profile, stage, percent, "             \
      "first_seen, last_seen, stage_since, conflict, disarmed, disarmed_at, "  \
      "marked, let_go, let_go_by, let_go_profile, let_go_vars, "               \
      "next_profile, open_install, mark_install) VALUES "                      \
      "(%lld, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', -1, %lld, %lld, "    \
      "0, '', '', 0, 0, 0, '', '', '', '', 0, 0)")                             \
    X(MACHINE_SEEN,                                                            \
      "UPDATE ipxe_machines SET host = %s, mac = %s, uuid = %s, "              \
      "serial = %s, manufacturer = %s, product = %s, ip = %s, "                \
      "last_seen = %lld WHERE id = %lld")                                      \
    X(MACHINE_STAGE, "UPDATE ipxe_machines SET stage_since = "                 \
                     "CASE WHEN stage = %s AND stage <> 'progress' "           \
                     "THEN stage_since ELSE %lld END, stage = %s, "            \
                     "percent = %lld WHERE id = %lld")                         \
    X(MACHINE_DECISION, "UPDATE ipxe_machines SET rule = %s, profile = %s, "   \
                        "action = %s, last_seen = %lld WHERE id = %lld")       \
    X(MACHINE_SITE, "SELECT site FROM ipxe_machines WHERE id = %lld")          \
    X(MACHINE_DROP, "DELETE FROM ipxe_machines WHERE id = %lld")               \
    X(CONFLICT, "UPDATE ipxe_machines SET conflict = %s WHERE id = %lld")      \
    X(JOIN_KEYS, "UPDATE ipxe_keys SET machine = %lld WHERE machine = %lld")   \
    X(JOIN_EVENTS,                                                             \
      "UPDATE ipxe_events SET machine = %lld WHERE machine = %lld")            \
    X(JOIN_INSTALLS,                                                           \
      "UPDATE ipxe_installs SET machine = %lld WHERE machine = %lld")          \
    X(JOIN_RESULTS, "UPDATE ipxe_results SET machine = %lld WHERE "            \
                    "machine = %lld AND profile NOT IN (SELECT profile FROM "  \
                    "(SELECT profile FROM ipxe_results WHERE machine = %lld) " \
                    "had)")                                                    \
    X(INSTALL_ADD, "INSERT INTO ipxe_installs (id, site, machine, state, "     \
                   "profile, made_by, tries, issued, armed, fetched, "         \
                   "started, ended) VALUES (%lld, %s, %lld, %lld, %s, %s, "    \
                   "0, 0, %lld, 0, 0, %lld)")                                  \
    X(INSTALL,                                                                 \
      "SELECT " IPXE_SQL_INSTALL(                                              \
          "i") ", i.issued, i.machine, "                                       \
               "i.site, m.open_install, m.mark_install FROM ipxe_installs i "  \
               "LEFT JOIN ipxe_machines m ON m.id = i.machine "                \
               "WHERE i.id = %lld")                                            \
    X(INSTALL_PROFILE,                                                         \
      "UPDATE ipxe_installs SET profile = %s WHERE " IPXE_SQL_OPEN)            \
    X(TRY, "UPDATE ipxe_installs SET state = 2, tries = tries + 1, "           \
           "issued = %lld, fetched = %lld, started = 0 "                       \
           "WHERE " IPXE_SQL_OPEN " AND issued < %lld AND tries < %lld")       \
    X(STARTED, "UPDATE ipxe_installs SET state = 3, started = %lld "           \
               "WHERE id = %lld AND state IN (1, 2) AND issued = %lld")        \
    X(FAILED, "UPDATE ipxe_installs SET state = 4 "                            \
              "WHERE id = %lld AND state IN (1, 2, 3) AND issued = %lld")      \
    X(INSTALLED, "UPDATE ipxe_installs SET state = 5, ended = %lld, "          \
                 "profile = %s WHERE id = %lld AND state <> 5")                \
    X(CLOSE, "UPDATE ipxe_installs SET state = 6, ended = %lld "               \
             "WHERE " IPXE_SQL_OPEN)                                           \
    X(OPEN, "UPDATE ipxe_machines SET open_install = %lld, disarmed = '', "    \
            "disarmed_at = 0 WHERE id = %lld AND open_install = 0")            \
    X(SHUT, "UPDATE ipxe_machines SET open_install = 0 "                       \
            "WHERE id = %lld AND open_install = %lld")                         \
    X(MARK, "UPDATE ipxe_machines SET mark_install = %lld "                    \
            "WHERE id = %lld AND mark_install < %lld")                         \
    X(INSTALLS_DROP, "DELETE FROM ipxe_installs WHERE machine = %lld")         \
    X(LIMIT_COUNT,                                                             \
      "SELECT COUNT(DISTINCT machine) FROM ipxe_limits WHERE site = %s "       \
      "AND rule = %s AND counted_at > %lld AND machine <> %lld")               \
    X(LIMIT_ADD, "INSERT INTO ipxe_limits (site, rule, machine, counted_at) "  \
                 "VALUES (%s, %s, %lld, %lld)")                                \
    X(HOLD_SET, "UPDATE ipxe_holds SET reason = %s WHERE machine = %lld")      \
    X(HOLD_ADD, "INSERT INTO ipxe_holds (site, code, machine, reason, since) " \
                "VALUES (%s, %s, %lld, %s, %lld)")                             \
    X(HOLD_CODE,                                                               \
      "SELECT machine FROM ipxe_holds WHERE site = %s AND code = %s")          \
    X(HOLD_DROP, "DELETE FROM ipxe_holds WHERE machine = %lld")                \
    X(HOLD_OVER,                                                               \
      "DELETE FROM ipxe_holds WHERE machine = %lld AND since < %lld")          \
    X(DISARM, "UPDATE ipxe_machines SET disarmed = %s, disarmed_at = %lld "    \
              "WHERE id = %lld")                                               \
    X(LET_GO, "UPDATE ipxe_machines SET let_go = 1, marked = 1, "              \
              "let_go_by = %s, let_go_profile = %s, let_go_vars = %s "         \
              "WHERE id = %lld")                                               \
    X(NEXT, "UPDATE ipxe_machines SET next_profile = %s, marked = "            \
            "CASE WHEN let_go = 1 OR %s <> '' THEN 1 ELSE 0 END "              \
            "WHERE id = %lld")                                                 \
    X(NEXT_SPENT, "UPDATE ipxe_machines SET next_profile = '', "               \
                  "marked = let_go WHERE id = %lld AND next_profile <> ''")    \
    X(FORGET,                                                                  \
      "UPDATE ipxe_machines SET rule = '', profile = '', action = '', "        \
      "stage = '', percent = -1, ip = '', conflict = '', marked = 0, let_go "  \
      "= 0, "                                                                  \
      "let_go_by = '', let_go_profile = '', let_go_vars = '', "                \
      "next_profile = '' WHERE id = %lld")                                     \
    X(EVENT_ADD,                                                               \
      "INSERT INTO ipxe_events (site, machine, happened, hour_of, kind, "      \
      "rule, profile, words, install, bytes, complete, percent) VALUES "       \
      "(%s, %lld, %lld, %lld, %lld, %s, %s, %s, %lld, %lld, %lld, %lld)")      \
    X(EVENTS_DROP, "DELETE FROM ipxe_events WHERE machine = %lld")             \
    X(TIMELINE, "SELECT happened, kind, rule, profile, words, install, "       \
                "bytes, complete, percent FROM ipxe_events WHERE "             \
                "machine = %lld ORDER BY happened DESC, id DESC LIMIT %lld")   \
    X(EVENT_LAST, "SELECT COALESCE(MAX(id), 0) FROM ipxe_events")              \
    X(RECENT, "SELECT e.happened, e.kind, e.rule, e.profile, e.words, "        \
              "e.install, e.bytes, e.complete, e.percent, e.id, e.machine, "   \
              "e.site, m.host, m.mac, m.serial, m.uuid FROM ipxe_events e "    \
              "LEFT JOIN ipxe_machines m ON m.id = e.machine "                 \
              "WHERE e.id > %lld AND (%s = '1' OR e.site = %s) "               \
              "ORDER BY e.id LIMIT %lld")                                      \
    X(HOURLY, "SELECT hour_of, COUNT(*) FROM ipxe_events WHERE (%s = '1' OR "  \
              "site = %s) AND kind = 1 AND hour_of > %lld GROUP BY hour_of")   \
    X(LIST, IPXE_SQL_LISTED IPXE_SQL_FILTER IPXE_SQL_NEWEST)                   \
    X(LIST_ALL, IPXE_SQL_LISTED IPXE_SQL_NEWEST)                               \
    X(LIST_SITE, IPXE_SQL_LISTED "WHERE m.site = %s" IPXE_SQL_NEWEST)          \
    X(LIST_SITE_TOTAL, "SELECT COUNT(*) FROM ipxe_machines WHERE site = %s")   \
    X(LIST_TOTAL, "SELECT COUNT(*)" IPXE_SQL_JOINED IPXE_SQL_FILTER)           \
    X(LIST_ONE, IPXE_SQL_LISTED "WHERE m.id = %lld AND (%s = '1' "             \
                                "OR m.site = %s)")                             \
    X(PART_END, "SELECT id FROM ipxe_machines WHERE id > %lld ORDER BY id "    \
                "LIMIT 1 OFFSET %lld")                                         \
    X(SEARCH, "SELECT m.id, m.last_seen" IPXE_SQL_JOINED IPXE_SQL_FILTER       \
              " AND m.id > %lld AND m.id <= %lld")                             \
    X(COUNTS, "SELECT s, COUNT(*), SUM(stuck) FROM (SELECT " IPXE_SQL_STATE    \
              " AS s, CASE WHEN " IPXE_SQL_STUCK                               \
              " THEN 1 ELSE 0 END AS stuck" IPXE_SQL_JOINED                    \
              "WHERE (%s = '1' OR m.site = %s) AND m.id > %lld "               \
              "AND m.id <= %lld) t GROUP BY s")                                \
    X(MARKED, "SELECT k.site, k.name FROM ipxe_machines m JOIN ipxe_keys k "   \
              "ON k.machine = m.id WHERE m.marked = 1")                        \
    X(HOOKS, "SELECT site, event, target FROM ipxe_hooks WHERE node = %s")     \
    X(HOOK_ADD, "INSERT INTO ipxe_hooks (node, site, event, target, seen) "    \
                "VALUES (%s, %s, %s, %s, %lld)")                               \
    X(HOOKS_DROP, "DELETE FROM ipxe_hooks WHERE node = %s")                    \
    X(HOOKS_SEEN, "UPDATE ipxe_hooks SET seen = %lld WHERE node = %s")         \
    X(HOOKS_GONE, "DELETE FROM ipxe_hooks WHERE seen < %lld")                  \
    X(NOTICE_ADD,                                                              \
      "INSERT INTO ipxe_notices (name, target, event, site, machine, host, "   \
      "mac, uuid, serial, manufacturer, product, profile, install, made_by, "  \
      "code, words, happened, begun, next_try, fault) SELECT DISTINCT %s, "    \
      "h.target, h.event, m.site, m.id, m.host, m.mac, m.uuid, m.serial, "     \
      "m.manufacturer, m.product, %s, %lld, %s, %s, %s, %lld, 0, %lld, '' "    \
      "FROM ipxe_machines m JOIN ipxe_hooks h ON h.site = m.site "             \
      "WHERE m.id = %lld AND h.event = %s")                                    \
    X(NOTICE_DUE,                                                              \
      "SELECT id, name, event, happened, site, host, mac, uuid, serial, "      \
      "manufacturer, product, machine, profile, install, made_by, code, "      \
      "words, begun, next_try FROM ipxe_notices WHERE target = %s "            \
      "AND next_try <= %lld ORDER BY next_try, id LIMIT 1")                    \
    X(NOTICE_LEASE, "UPDATE ipxe_notices SET next_try = %lld, "                \
                    "begun = begun + 1 WHERE id = %lld AND next_try = %lld")   \
    X(NOTICE_AGAIN, "UPDATE ipxe_notices SET next_try = %lld, fault = %s "     \
                    "WHERE id = %lld AND next_try = %lld")                     \
    X(NOTICE_GONE, "DELETE FROM ipxe_notices WHERE id = %lld")                 \
    X(NOTICES_ORPHANED, "DELETE FROM ipxe_notices WHERE target NOT IN "        \
                        "(SELECT target FROM ipxe_hooks)")                     \
    X(NOTICES_OLD, "DELETE FROM ipxe_notices WHERE happened < %lld")           \
    X(NOTICES_FUTURE, "UPDATE ipxe_notices SET next_try = %lld "               \
                      "WHERE next_try > %lld")                                 \
    X(NOTICES_COUNT,                                                           \
      "SELECT target, COUNT(*) FROM ipxe_notices GROUP BY target")             \
    X(NOTICES_KEPT, "SELECT id FROM ipxe_notices WHERE target = %s "           \
                    "ORDER BY id DESC LIMIT 1 OFFSET %lld")                    \
    X(NOTICES_BEFORE,                                                          \
      "DELETE FROM ipxe_notices WHERE target = %s AND id < %lld")              \
    X(NOTICES_WAITING,                                                         \
      "SELECT COUNT(*), COALESCE(SUM(CASE WHEN fault <> '' THEN 1 ELSE 0 "     \
      "END), 0), COALESCE(MIN(happened), 0) FROM ipxe_notices "                \
      "WHERE (%s = '1' OR site = %s)")                                         \
    X(NOTICES_WHY,                                                             \
      "SELECT fault FROM ipxe_notices WHERE (%s = '1' OR "                     \
      "site = %s) AND fault <> '' ORDER BY next_try DESC LIMIT 1")             \
    X(TIDY_EVENTS, "DELETE FROM ipxe_events WHERE happened < %lld")            \
    X(TIDY_LIMITS, "DELETE FROM ipxe_limits WHERE counted_at < %lld")          \
    X(TIDY_COUNT, "SELECT COUNT(*) FROM ipxe_machines")                        \
    X(TIDY_OLD,                                                                \
      "SELECT id FROM ipxe_machines WHERE last_seen < %lld AND " IPXE_SQL_IDLE \
      " ORDER BY last_seen LIMIT %lld")

typedef enum ipxe_do_e {
#define X(name, text) IPXE_DO_##name,
    IPXE_SQL_STATEMENTS(X)
#undef X
        IPXE_DO_COUNT
} ipxe_do_e;

#endif
