/* utf8.h: is this UTF-8? Spec: binary/values#binary-utf8 */
#ifndef W2C_UTF8_H
#define W2C_UTF8_H
#include "reader.h"

/* True when s is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(Slice s);
#endif
