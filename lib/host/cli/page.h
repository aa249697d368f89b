/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lib/host/cli/page.html, linked in as it is: the linker makes the names.
 */
#ifndef KTSTR_CLI_PAGE_H
#define KTSTR_CLI_PAGE_H

extern const char _binary_page_html_start[];
extern const char _binary_page_html_end[];

#endif /* KTSTR_CLI_PAGE_H */
