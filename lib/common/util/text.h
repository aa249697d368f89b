/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text from outside - a guest's console, names in its memory, what a scheduler
 * logs - made fit to print. There is one rule, whoever prints: printable ASCII,
 * tabs and well-formed UTF-8 stay; what a terminal would obey (escapes, C0 and
 * C1 controls), what turns or hides the text beside it, and bytes that are no
 * text become '?'.
 *
 * What a reader needs beside that is a layer above: lib/host/report/comment.h
 * for KTAP, json.h there for JSON, and html.c of the pages for HTML.
 */
#ifndef KTSTR_UTIL_TEXT_H
#define KTSTR_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct strbuf;

/**
 * text_char() - the character that a text starts with, if it may be printed
 * @text: its first byte
 * @len: bytes there are, at least 1
 *
 * Return: bytes of that character; 0 when its first byte is to be replaced.
 */
size_t text_char(const char *text, size_t len);

/**
 * text_color_len() - does a text start with a color or a weight, "\\033[1;31m"?
 * @text: its first byte
 * @len: bytes there are
 *
 * Return: bytes of that sequence; 0 for anything else.
 */
size_t text_color_len(const char *text, size_t len);

/**
 * text_is_fit() - may all of it be printed within a line as it is?
 * @text: need not end in a NUL
 * @len: its bytes
 *
 * Return: false when any of it would be replaced.
 */
bool text_is_fit(const char *text, size_t len);

/**
 * text_clean() - make a string fit to be printed within a line
 * @text: NUL-terminated; each byte that is not is replaced, newlines as well
 */
void text_clean(char *text);

/**
 * text_clean_buf() - likewise of a buffer of fixed size
 * @buf: need not have a NUL; behind the string it is zero then, so that nothing
 *	of what lay there gets out
 * @size: its bytes
 */
void text_clean_buf(char *buf, size_t size);

/**
 * text_take() - append bytes from outside, for others to search as a string
 * @to: where
 * @bytes: may hold anything: a NUL, which would hide what follows, becomes '?',
 *	and '\r' is left out. The rest stays: text_put() is for who prints it
 * @len: their number
 */
void text_take(struct strbuf *to, const void *bytes, size_t len);

/**
 * text_take_line() - the first line of bytes from outside, as a string
 * @line: gets it, as text_take() has it; cut where it is too long
 * @size: bytes at @line, at least 1
 * @bytes: anything
 * @len: their number
 */
void text_take_line(char *line, size_t size, const void *bytes, size_t len);

/**
 * text_fit() - bytes from outside as a string that may be printed within a line
 * @text: gets them, as text_clean() has it; cut where they are too many
 * @size: bytes at @text, at least 1
 * @bytes: anything, also a NUL; may be @text
 * @len: their number
 */
void text_fit(char *text, size_t size, const void *bytes, size_t len);

/**
 * text_put() - print bytes, made fit
 * @to: where
 * @text: need not end in a NUL; colors and '\r' are left out, newlines are
 *	replaced
 * @len: its bytes
 */
void text_put(FILE *to, const char *text, size_t len);

/**
 * text_add() - append bytes, made fit
 * @to: where
 * @text: as for text_put(), but newlines stay
 * @len: its bytes
 */
void text_add(struct strbuf *to, const char *text, size_t len);

#endif /* KTSTR_UTIL_TEXT_H */
