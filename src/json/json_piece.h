#ifndef JSON_JSON_PIECE_H
#define JSON_JSON_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct json_object;
struct json_tokener;

/*
 * A part of a checked JSON text that is read by json-c at one go: the text
 * itself, or an element of an array that the text was divided at.  It is a
 * whole JSON value, with other pieces inside of it cut out.
 */
struct json_piece {
	uint32_t at, len; /* in the text */
	uint32_t next;	  /* number of the piece behind it and all inside */
	uint32_t edit;	  /* number of the first edit inside */
	bool too_many;	  /* not all pieces that stand inside were recorded */
	bool cut; /* json-c gets only the beginning of an array or string */
};

/*
 * What json-c gets in place of `len` bytes of the text: an empty object or
 * array for one that nobody reads; nothing for the end of a long array or
 * string; and the character for a surrogate pair, since json-c 0.16 reads some
 * of them wrong.  An edit may lie inside of an earlier one.
 */
struct json_edit {
	uint32_t at, len;
	char with[4];
	uint8_t with_n;
};

/* A checked text and its pieces: number 0 is the whole.  Zero-initialise. */
struct json_pieces {
	struct span text;
	struct json_piece *piece;
	size_t n, room;
	struct json_edit *edit;
	size_t n_edits, edits_room;
	bool bom; /* the text begins with a byte order mark */
};

/* Add a piece, or an edit, that begins at `at`; its end follows later. */
struct json_piece *json_pieces_add(struct json_pieces *, const char *at);
struct json_edit *json_pieces_edit(
    struct json_pieces *, const char *at, struct span with);
void json_pieces_free(struct json_pieces *);

/* json-c's parser and the memory for the text that it gets. */
struct json_reader {
	struct json_tokener *tokener;
	struct buf text;
};

void json_reader_init(struct json_reader *);
void json_reader_free(struct json_reader *);

/* Whether piece number `i` is an object, or null, by its first byte. */
bool json_piece_is_object(const struct json_pieces *, size_t i);
bool json_piece_is_null(const struct json_pieces *, size_t i);

/*
 * Read a piece that is an object or an array.  The caller puts what is
 * returned; it is never NULL.
 */
struct json_object *json_piece_read(
    struct json_reader *, const struct json_pieces *, size_t i);

/* The text of a piece as it was sent, other pieces inside included. */
struct span json_piece_text(const struct json_pieces *, size_t i);

#endif
