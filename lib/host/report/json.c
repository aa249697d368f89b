// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON of what may come from a guest. See json.h.
 */
#include "lib/host/report/json.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"

struct json_object *json_text(const char *text, size_t len)
{
	struct strbuf fit = STRBUF_INIT;
	struct json_object *string;

	fit.max = INT_MAX;
	text_add(&fit, text, len);
	string = json_object_new_string_len(fit.text, (int)fit.len);
	strbuf_free(&fit);
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

struct json_object *json_double(double value)
{
	struct json_object *number = NULL;

	if (isfinite(value))
		number = json_object_new_double(value);
	if (number)
		json_object_set_serializer(number,
					   json_object_double_to_json_string,
					   (void *)"%.3f", NULL);
	return number;
}

void json_add_double(struct json_object *to, const char *key, double value)
{
	json_add_new(to, key, json_double(value));
}

void json_add_bool(struct json_object *to, const char *key, int value)
{
	json_add_new(to, key, json_object_new_boolean(value));
}

struct json_object *json_member(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, key, &value);
	return value;
}

const char *json_member_text(struct json_object *o, const char *key)
{
	struct json_object *value = json_member(o, key);

	return json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}
