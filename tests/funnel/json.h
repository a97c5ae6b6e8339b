/* json.h: as much of JSON as the reference files need: a value is a pointer to its text. The files
 * are well-formed; nothing is checked. */
#ifndef LK_TEST_JSON_H
#define LK_TEST_JSON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *json_blank(const char *at)
{
    return at + strspn(at, " \t\r\n,:");
}

/* Behind the value. */
static const char *json_skip(const char *at)
{
    int depth = 0;
    do {
        at = json_blank(at);
        if (*at == '"') {
            for (at++; *at != '"'; at++) at += *at == '\\';
            at++;
        } else if (*at == '{' || *at == '[') {
            depth++, at++;
        } else if (*at == '}' || *at == ']') {
            depth--, at++;
        } else {
            at += strcspn(at, ",:]} \t\r\n");
        }
    } while (depth > 0);
    return at;
}

/* The first element or key of a value, the next one after it; NULL at the end. */
static const char *json_first(const char *value)
{
    if (!value || (*value != '[' && *value != '{')) return NULL;
    value = json_blank(value + 1);
    return *value == ']' || *value == '}' ? NULL : value;
}

static const char *json_next(const char *element)
{
    element = json_blank(json_skip(element));
    return *element == ']' || *element == '}' ? NULL : element;
}

static int json_is(const char *value, const char *text)
{
    size_t length = strlen(text);
    return value && *value == '"' && strncmp(value + 1, text, length) == 0 && value[1 + length] == '"';
}

/* The value of a key; NULL where there is none. */
static const char *json_get(const char *object, const char *key)
{
    for (const char *at = json_first(object); at; at = json_next(json_skip(at)))
        if (json_is(at, key)) return json_blank(json_skip(at));
    return NULL;
}

/* The same text: equal strings or numbers. */
static int json_same(const char *a, const char *b)
{
    size_t length = (size_t)(json_skip(a) - a);
    return length == (size_t)(json_skip(b) - b) && memcmp(a, b, length) == 0;
}

static char *json_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    text[fread(text, 1, (size_t)size, file)] = '\0';
    fclose(file);
    return text;
}

#endif
