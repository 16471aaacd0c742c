/* files.h: what the command line does with the file system: reading a module, writing a file whole or
 * not at all, temporary folders, and where w2c's own libraries and templates are.
 * Errors are IO or NOMEM in the context, with the path in the text. Thread: one at a time. */
#ifndef W2C_FILES_H
#define W2C_FILES_H
#include "base/buffer.h"
#include "base/context.h"
#include "base/reader.h"

typedef struct Input {
    Slice bytes;
    bool mapped; /* by mmap, read-only; else from ctx's allocator */
} Input;

/* path "-" is standard input. Regular files are mapped, everything else is read to its end. */
bool input_open(Context *ctx, const char *path, Input *out);
void input_close(Context *ctx, Input *input);

/* The whole of a small file, appended to out. */
bool file_read(Context *ctx, const char *path, Buffer *out);
/* Writes through a temporary name and a rename; leaves the file alone when it has these bytes.
 * *changed may be NULL. */
bool file_write(Context *ctx, const char *path, const void *bytes, size_t len, bool *changed);
bool file_exists(const char *path);
/* The folder and its parents; fine when they are there. */
bool folder_make(Context *ctx, const char *path);
/* A new folder under $TMPDIR or /tmp; its path in out. */
bool folder_make_temporary(Context *ctx, Buffer *out);
/* The files in it, and itself. Errors are ignored: there is nobody to tell. */
void folder_remove(const char *path);
/* The absolute form of path, which must exist. */
bool path_absolute(Context *ctx, const char *path, Buffer *out);
/* The part after the last '/', and the length of that before it (with the '/'). */
const char *path_base(const char *path);

/* Where things stand relative to the running executable: installed (bin/w2c), or in a build tree. */
typedef struct ToolHome {
    Buffer lib;     /* folder of libw2crt.a and libw2cwasi.a */
    Buffer include; /* folder of w2c.h */
    Buffer share;   /* folder of templates/ and rtlib/ */
} ToolHome;
bool home_find(Context *ctx, ToolHome *out);
void home_free(ToolHome *home);
#endif
