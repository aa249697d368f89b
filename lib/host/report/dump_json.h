/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was read of a guest at one moment, as JSON.
 */
#ifndef KTSTR_REPORT_DUMP_JSON_H
#define KTSTR_REPORT_DUMP_JSON_H

#include <json-c/json.h>

#include "lib/host/monitor/judge/findings.h"

/**
 * dump_json() - a dump: run queues, dispatch queues, runnable tasks, the exit
 * @dump: may be without its guest
 *
 * Queues that are empty are those of user kind only. Values of maps are for the
 * caller to add, see dump_map_json().
 *
 * Return: an object; NULL without memory.
 */
struct json_object *dump_json(const struct mon_dump *dump);

/**
 * dump_map_json() - a map, with its values as text
 * @map: the map
 * @text: its values, lines
 *
 * Return: an object; NULL without memory.
 */
struct json_object *dump_map_json(const struct mon_map *map,
				  const struct strbuf *text);

/**
 * kept_dump_json() - the same of a dump that was kept, with its maps
 * @kept: the dump
 *
 * Return: as dump_json() has it.
 */
struct json_object *kept_dump_json(const struct mon_kept_dump *kept);

/**
 * snapshot_json() - the same of a snapshot, and for how long all stood still
 * @shot: the snapshot
 * @time_us: when it was
 *
 * Return: as dump_json() has it.
 */
struct json_object *snapshot_json(const struct mon_snapshot *shot,
				  int64_t time_us);

#endif /* KTSTR_REPORT_DUMP_JSON_H */
