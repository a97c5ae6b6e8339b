/* rooms.h: the handles of the library behind one set of pointers, so that an aggregate or a table
 * over queries is written once. */
#ifndef LEADKPI_SQLITE_ROOMS_H
#define LEADKPI_SQLITE_ROOMS_H

#include "extension.h"

/* A kind of table that a room takes. */
typedef struct intake {
    const char *name; /* NULL: behind the last one */
    adder add;
} intake;

typedef struct room {
    const char *schema; /* of its definition */
    const intake *intakes;
    const char *tables; /* the names of them, for messages */
    leadkpi_status (*create)(const leadkpi_options *definition, void **out, leadkpi_error *error);
    leadkpi_status (*merge)(void *into, const void *from, leadkpi_error *error);
    leadkpi_status (*serialize)(const void *handle, void *buffer, size_t capacity, size_t *needed,
                                leadkpi_error *error);
    leadkpi_status (*deserialize)(const void *bytes, size_t size, void **out, leadkpi_error *error);
    leadkpi_status (*describe)(const void *handle, char *buffer, size_t capacity, size_t *needed,
                               leadkpi_error *error);
    void (*free)(void *handle); /* NULL does nothing */
} room;

extern const room funnel_room, stages_room, responses_room, attribution_room, campaigns_room, cohorts_room;

/* A handle by the text of its definition; an empty or NULL text is the defaults. */
leadkpi_status room_open(const room *of, const char *definition, void **out, leadkpi_error *error);

/* A handle from a state; NULL_ARGUMENT where it is NULL. */
leadkpi_status room_read(const room *of, sqlite3_value *state, void **out, leadkpi_error *error);

/* NULL where the room takes no such table. */
const intake *room_intake(const room *of, const char *name);

#endif
