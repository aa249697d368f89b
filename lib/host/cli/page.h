/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages: files of ours, *.html here, with what is to be shown put in where they say
 * so. They are linked in as they are: the linker makes the names.
 */
#ifndef KTSTR_CLI_PAGE_H
#define KTSTR_CLI_PAGE_H

#include <stddef.h>
#include <stdio.h>

struct json_object;

extern const char _binary_page_html_start[];
extern const char _binary_page_html_end[];
extern const char _binary_compare_page_html_start[];
extern const char _binary_compare_page_html_end[];

/**
 * struct page_place - where a page wants something
 * @text: what stands there
 * @put: writes what is to stand there; 0 or -errno
 */
struct page_place {
	const char *text;
	int (*put)(const void *what, FILE *to);
};

/**
 * page_write() - a page with all its places filled
 * @page: its first byte
 * @end: behind its last
 * @places: @n of them, in the order in which they are found in it
 * @what: for their functions
 * @to: the file
 *
 * Return: 0, -errno.
 */
int page_write(const char *page, const char *end,
	       const struct page_place *places, size_t n, const void *what,
	       FILE *to);

/**
 * page_put_json() - a document, fit for a script element
 * @o: the document
 * @to: the file
 *
 * Return: 0; -ENOMEM, also where @o is NULL.
 */
int page_put_json(struct json_object *o, FILE *to);

#endif /* KTSTR_CLI_PAGE_H */
