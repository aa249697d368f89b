// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON of what may come from a guest. See json.h.
 */
#include "lib/report/json.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct json_object *json_text(const char *text, size_t len)
{
	struct json_object *string;
	char *clean;
	size_t i, n = 0;

	if (len > INT_MAX)
		len = INT_MAX;
	clean = malloc(len + 1);
	if (!clean)
		return NULL;
	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c != '\r')
			clean[n++] = (c >= ' ' && c <= '~') || c == '\n' ||
				     c == '\t' ? c : '?';
	}
	string = json_object_new_string_len(clean, (int)n);
	free(clean);
	return string;
}

struct json_object *json_add_new(struct json_object *to, const char *key,
				 struct json_object *value)
{
	json_object_object_add_ex(to, key, value,
				  JSON_C_OBJECT_ADD_CONSTANT_KEY);
	return value;
}

void json_add_text(struct json_object *to, const char *key, const char *text)
{
	json_add_new(to, key, text ? json_text(text, strlen(text)) : NULL);
}

void json_add_int(struct json_object *to, const char *key, int64_t value)
{
	json_add_new(to, key, json_object_new_int64(value));
}

void json_add_double(struct json_object *to, const char *key, double value)
{
	struct json_object *number = NULL;

	if (isfinite(value))
		number = json_object_new_double(value);
	if (number)
		json_object_set_serializer(number,
					   json_object_double_to_json_string,
					   (void *)"%.3f", NULL);
	json_add_new(to, key, number);
}

void json_add_bool(struct json_object *to, const char *key, int value)
{
	json_add_new(to, key, json_object_new_boolean(value));
}
