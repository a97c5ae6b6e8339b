/* utf8.h: is this text UTF-8? */
#ifndef LK_UTF8_H
#define LK_UTF8_H

#include "base/text.h"

/* Well-formed as in the Unicode Standard, table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF. */
bool lk_text_is_utf8(lk_text text);

#endif
