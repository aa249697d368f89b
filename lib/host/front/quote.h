/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words as bash's `printf %q` writes them: on one line, and read by a shell as what
 * they were.
 */
#ifndef KTSTR_FRONT_QUOTE_H
#define KTSTR_FRONT_QUOTE_H

struct strbuf;

/**
 * quote_word() - add a word
 * @to: gets it
 * @word: whatever is in it
 */
void quote_word(struct strbuf *to, const char *word);

#endif /* KTSTR_FRONT_QUOTE_H */
